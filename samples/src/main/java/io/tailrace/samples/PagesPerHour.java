package io.tailrace.samples;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.dsl.TimeWindows;
import io.tailrace.streams.topology.Topology;
import java.time.Duration;
import java.time.Instant;

/**
 * How often each page of a web server was answered with success in each hour, by its access log: {@code 2015-05-17T10:00:00Z /page}. {@code PagesPerHour [FILE]}, or
 * standard input.
 */
public final class PagesPerHour {
    private static final Duration HOUR = Duration.ofHours(1);
    /** The lines of a file come in a moment, and those of several partitions in no order: no hour closes meanwhile. */
    private static final Duration GRACE = Duration.ofDays(31);

    private PagesPerHour() {}

    /** Counts, and prints the counts as they change. */
    public static void main(String[] args) throws InterruptedException {
        CountedLines.print("pages-per-hour", PagesPerHour::topology, args);
    }

    /** From a topic of lines to one of counts by hour and page. Lines of another format are skipped. */
    static Topology topology(String lines, String counts) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(
                        lines,
                        Consumed.with(Serdes.bytes(), Serdes.strings()).withTimestampExtractor(AccessLogLine::time))
                .flatMapValues(AccessLogLine::ifAny)
                .filter((key, access) -> access.succeeded())
                .groupBy(
                        (key, access) -> access.page(),
                        Grouped.with(Serdes.strings(), Serdes.json(AccessLogLine.class)))
                .windowedBy(TimeWindows.ofSizeAndGrace(HOUR, GRACE))
                .count(Materialized.as("pages-per-hour"))
                .toStream((page, count) -> Instant.ofEpochMilli(page.window().start()) + " " + page.key())
                .to(counts, Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }
}
