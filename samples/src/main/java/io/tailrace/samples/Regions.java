package io.tailrace.samples;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.pekko.stream.javadsl.Source;

/** Some regions of the earth as a table: the name by degree of latitude and longitude. */
final class Regions {
    static final String TOPIC = "regions";
    static final String ELSEWHERE = "elsewhere";

    private Regions() {}

    /** The table, from {@code regions.csv}: a name, and the degrees between which it lies. Where two overlap, the first one holds. */
    static Map<String, String> byCell() {
        Map<String, String> byCell = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Regions.class.getResourceAsStream("regions.csv")), StandardCharsets.UTF_8))) {
            lines.lines().skip(1).map(line -> line.split(",", -1)).forEach(region -> {
                for (int latitude = Integer.parseInt(region[1]); latitude < Integer.parseInt(region[2]); latitude++) {
                    for (int longitude = Integer.parseInt(region[3]);
                            longitude < Integer.parseInt(region[4]);
                            longitude++) {
                        byCell.putIfAbsent(Earthquake.cell(latitude, longitude), region[0]);
                    }
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return byCell;
    }

    /** Makes the topic of the table and fills it, before this returns. */
    static void write(Tailrace tailrace) {
        tailrace.topics().create(NewTopic.of(TOPIC, 1)).toCompletableFuture().join();
        Source.from(byCell().entrySet())
                .map(entry -> ProducerRecord.of(TOPIC, entry.getKey(), entry.getValue()))
                .runWith(
                        Producer.plainSink(ProducerSettings.create(tailrace, Serdes.strings(), Serdes.strings())),
                        tailrace.system())
                .toCompletableFuture()
                .join();
    }
}
