package io.tailrace.cli;

import io.tailrace.samples.CountingPipeline;
import io.tailrace.samples.TopicTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The last lines of the demo: what went in and out, how fast, and where it lies. */
record DemoSummary(CountingPipeline pipeline, double elapsedSeconds, Path directory) {
    List<String> lines() {
        TextTable table = new TextTable("topic", "records in", "records out", "records/s", "bytes in", "bytes out");
        for (TopicTraffic traffic : List.of(pipeline.input(), pipeline.counts())) {
            table.row(
                    traffic.topic(),
                    figure(traffic.recordsIn()),
                    figure(traffic.recordsOut()),
                    figure(Math.round(traffic.recordsIn() / elapsedSeconds)),
                    figure(traffic.bytesIn()),
                    figure(traffic.bytesOut()));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add(
                String.format(Locale.ROOT, "%.2f s. Every record in was acknowledged after an fsync.", elapsedSeconds));
        lines.add("The data lie in " + directory + "; delete it when you have seen enough.");
        largestSegment().ifPresent(file -> lines.add("Look into them: ./tailrace log dump " + file));
        return lines;
    }

    private static String figure(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private Optional<Path> largestSegment() {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(path -> path.toString().endsWith(".log"))
                    .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
