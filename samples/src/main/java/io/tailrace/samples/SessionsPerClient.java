package io.tailrace.samples;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.SessionWindows;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.topology.Topology;
import java.time.Duration;
import java.time.Instant;

/**
 * How many requests each client made of a web server in each of its visits, by the access log: {@code 192.0.2.7 2015-05-17T10:05:03Z 2015-05-17T10:07:41Z}. A visit ends when a client has asked
 * for nothing for half an hour. {@code SessionsPerClient [FILE]}, or standard input.
 */
public final class SessionsPerClient {
    static final Duration GAP = Duration.ofMinutes(30);
    /** The lines of a file come in a moment, and those of several partitions in no order: no visit is over meanwhile. */
    private static final Duration GRACE = Duration.ofDays(31);

    private SessionsPerClient() {}

    /** Counts, and prints the counts as they change. */
    public static void main(String[] args) throws InterruptedException {
        CountedLines.print("sessions-per-client", SessionsPerClient::topology, args);
    }

    /** From a topic of lines to one of counts by client and visit; a visit that has become a part of another one has none. Lines of another format are skipped. */
    static Topology topology(String lines, String counts) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(
                        lines,
                        Consumed.with(Serdes.bytes(), Serdes.strings()).withTimestampExtractor(AccessLogLine::time))
                .flatMapValues(AccessLogLine::ifAny)
                .groupBy(
                        (key, access) -> access.host(),
                        Grouped.with(Serdes.strings(), Serdes.json(AccessLogLine.class)))
                .windowedBy(SessionWindows.ofInactivityGapAndGrace(GAP, GRACE))
                .count(Materialized.as("sessions"))
                .toStream((visit, count) -> text(visit))
                .to(counts, Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    private static String text(Windowed<String> visit) {
        Window window = visit.window();
        return visit.key() + " " + Instant.ofEpochMilli(window.start()) + " " + Instant.ofEpochMilli(window.end());
    }
}
