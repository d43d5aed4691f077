package io.tailrace.samples;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.Topology;

/** How often each page of a web server was answered with success, by its access log. {@code PageCount [FILE]}, or standard input. */
public final class PageCount {
    private PageCount() {}

    /** Counts the pages of an access log, and prints the counts as they change. */
    public static void main(String[] args) throws InterruptedException {
        CountedLines.print("page-count", PageCount::topology, args);
    }

    /** From a topic of lines to one of counts by page. Lines of another format are left out. */
    static Topology topology(String lines, String counts) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(lines, Consumed.with(Serdes.bytes(), Serdes.strings()))
                .flatMapValues(AccessLogLine::ifAny)
                .filter((key, access) -> access.succeeded())
                .groupBy(
                        (key, access) -> access.page(),
                        Grouped.with(Serdes.strings(), Serdes.json(AccessLogLine.class)))
                .count(Materialized.as("pages"))
                .toStream()
                .to(counts, Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }
}
