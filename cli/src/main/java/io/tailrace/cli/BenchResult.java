package io.tailrace.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a bench has measured.
 *
 * @param bench its name
 * @param options what it was asked to measure
 * @param elapsedSeconds of the measured part
 * @param latencyNanos or {@code null} if this bench measures none
 * @param latencyMeaning what the latency is, or why there is none
 * @param warmUp what ran before the measured part
 * @param slowestPartitionOfMean the slowest partition's rate as a share of the mean of all, or {@code null} for one partition
 */
record BenchResult(
        String bench,
        BenchOptions options,
        double elapsedSeconds,
        @Nullable Histogram latencyNanos,
        String latencyMeaning,
        String warmUp,
        @Nullable Double slowestPartitionOfMean) {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final List<Double> PERCENTILES = List.of(50.0, 99.0, 99.9, 100.0);
    private static final List<String> LATENCY_KEYS = List.of("p50Millis", "p99Millis", "p999Millis", "maxMillis");

    private double recordsPerSecond() {
        return options.records / elapsedSeconds;
    }

    private double megabytesPerSecond() {
        return recordsPerSecond() * options.size / 1e6;
    }

    void print(Terminal terminal) {
        if (options.format == OutputFormat.JSON) {
            terminal.out().println(json());
        } else {
            text(terminal);
        }
    }

    private ObjectNode json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("bench", bench);
        json.put("records", options.records);
        json.put("size", options.size);
        json.put("partitions", options.partitions);
        json.put("flush", options.flush.toString());
        json.put("compression", options.compression.name().toLowerCase(Locale.ROOT));
        json.put("recordsPerSecond", Math.round(recordsPerSecond()));
        json.put("megabytesPerSecond", rounded(megabytesPerSecond()));
        for (int i = 0; i < LATENCY_KEYS.size(); i++) {
            if (latencyNanos == null) {
                json.putNull(LATENCY_KEYS.get(i));
            } else {
                json.put(LATENCY_KEYS.get(i), millis(latencyNanos, PERCENTILES.get(i)));
            }
        }
        if (slowestPartitionOfMean != null) {
            json.put("slowestPartitionOfMean", rounded(slowestPartitionOfMean));
        }
        json.put("elapsedSeconds", rounded(elapsedSeconds));
        json.put("latency", latencyMeaning);
        json.put("warmUp", warmUp);
        return json;
    }

    private void text(Terminal terminal) {
        terminal.out()
                .printf(
                        Locale.ROOT,
                        "%s: %,d records of %,d bytes, %d partition%s, flush %s, compression %s%n",
                        bench,
                        options.records,
                        options.size,
                        options.partitions,
                        options.partitions == 1 ? "" : "s",
                        options.flush,
                        options.compression.name().toLowerCase(Locale.ROOT));
        terminal.out()
                .printf(
                        Locale.ROOT,
                        "  %,.0f records/s, %,.1f MB/s, %.3f s%n",
                        recordsPerSecond(),
                        megabytesPerSecond(),
                        elapsedSeconds);
        if (latencyNanos != null) {
            terminal.out()
                    .printf(
                            Locale.ROOT,
                            "  p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms, max %.3f ms%n",
                            millis(latencyNanos, PERCENTILES.get(0)),
                            millis(latencyNanos, PERCENTILES.get(1)),
                            millis(latencyNanos, PERCENTILES.get(2)),
                            millis(latencyNanos, PERCENTILES.get(3)));
        }
        terminal.out().println("  latency: " + latencyMeaning);
        terminal.out().println("  warm-up: " + warmUp);
        if (slowestPartitionOfMean != null) {
            terminal.out()
                    .printf(Locale.ROOT, "  slowest partition: %.0f %% of the mean%n", slowestPartitionOfMean * 100);
        }
    }

    private static double millis(Histogram nanos, double percentile) {
        return rounded(nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI);
    }

    private static double rounded(double figure) {
        return Math.round(figure * 1000) / 1000.0;
    }
}
