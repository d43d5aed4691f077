package io.tailrace.samples;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.SlidingWindows;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * How many earthquakes there were within an hour in each region of the earth, in windows that slide with them: {@code Japan 2016-01-01T00:30:04.910Z}, where the hour begins. The lines need
 * not be in order. {@code EarthquakesPerRegion [FILE]}, or standard input.
 */
public final class EarthquakesPerRegion {
    static final Duration DIFFERENCE = Duration.ofHours(1);
    /** The lines of a file come in a moment, and those of several partitions in no order: no window closes meanwhile. */
    private static final Duration GRACE = Duration.ofDays(400);

    private static final int FEW = 10;

    private EarthquakesPerRegion() {}

    /** Counts, and prints the hours with the most earthquakes. */
    public static void main(String[] args) throws InterruptedException {
        Map<String, Long> counts = CountedLines.run(
                "earthquakes", EarthquakesPerRegion::topology, args, Regions::write, (key, count) -> {});
        Referrers.top(counts, FEW).forEach(each -> System.out.println(each.getValue() + " " + each.getKey()));
    }

    /** From a topic of lines, and the table of regions, to a topic of counts by region and window. Lines of another format are skipped. */
    static Topology topology(String lines, String counts) {
        StreamBuilder builder = new StreamBuilder();
        var regions = builder.globalTable(Regions.TOPIC, Consumed.with(Serdes.strings(), Serdes.strings()));
        builder.stream(lines, Consumed.with(Serdes.bytes(), Serdes.strings()).withTimestampExtractor(Earthquake::time))
                .flatMapValues(Earthquake::ifAny)
                .<String, String, String>leftJoin(
                        regions,
                        (key, earthquake) -> earthquake.cell(),
                        (earthquake, region) -> region == null ? Regions.ELSEWHERE : region)
                .groupBy((key, region) -> region, Grouped.with(Serdes.strings(), Serdes.strings()))
                .windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(DIFFERENCE, GRACE))
                .count(Materialized.as("earthquakes-per-region"))
                .toStream((region, count) -> region.key() + " "
                        + Instant.ofEpochMilli(region.window().start()))
                .to(counts, Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }
}
