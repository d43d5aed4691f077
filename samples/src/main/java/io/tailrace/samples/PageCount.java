package io.tailrace.samples;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.Topology;
import java.util.List;

/** How often each page of a web server was answered with success, by its access log. {@code PageCount [FILE]}, or standard input. */
public final class PageCount {
    private static final int FIRST_SUCCESS = 200;
    private static final int FIRST_REDIRECTION = 300;

    private PageCount() {}

    /** Counts the pages of an access log, and prints the counts as they change. */
    public static void main(String[] args) throws InterruptedException {
        CountedLines.print("page-count", PageCount::topology, args);
    }

    /** From a topic of lines to one of counts by page. Lines of another format are left out. */
    static Topology topology(String lines, String counts) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(lines, Consumed.with(Serdes.bytes(), Serdes.strings()))
                .flatMapValues(PageCount::access)
                .filter((key, access) -> access.status() >= FIRST_SUCCESS && access.status() < FIRST_REDIRECTION)
                .groupBy(
                        (key, access) -> page(access), Grouped.with(Serdes.strings(), Serdes.json(AccessLogLine.class)))
                .count(Materialized.as("pages"))
                .toStream()
                .to(counts, Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    private static List<AccessLogLine> access(String line) {
        AccessLogLine access = AccessLogLine.parse(line);
        return access == null ? List.of() : List.of(access);
    }

    /** The request's path, without what is asked of it: {@code GET /path?query HTTP/1.1}. */
    private static String page(AccessLogLine access) {
        String[] words = access.request().split(" ", -1);
        String path = words.length > 1 ? words[1] : access.request();
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }
}
