package io.tailrace.samples;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.Topology;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** From which pages a web server's visitors came most often, by its access log. {@code Referrers [FILE]}, or standard input. */
public final class Referrers {
    private static final int TOP = 10;

    private Referrers() {}

    /** Counts, and prints the ten that come most often. */
    public static void main(String[] args) throws InterruptedException {
        Map<String, Long> counts = CountedLines.counts("referrers", Referrers::topology, args);
        top(counts, TOP).forEach(each -> System.out.println(each.getValue() + " " + each.getKey()));
    }

    /** Those with the highest counts, the highest first. */
    static List<Map.Entry<String, Long>> top(Map<String, Long> counts, int how) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(how)
                .toList();
    }

    /** From a topic of lines to one of counts by referrer. Lines of another format, or without a referrer, are left out. */
    static Topology topology(String lines, String counts) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(lines, Consumed.with(Serdes.bytes(), Serdes.strings()))
                .flatMapValues(AccessLogLine::ifAny)
                .filter((key, access) -> access.referrer() != null)
                .groupBy(
                        (key, access) -> access.referrer(),
                        Grouped.with(Serdes.strings(), Serdes.json(AccessLogLine.class)))
                .count(Materialized.as("referrers"))
                .toStream()
                .to(counts, Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }
}
