package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.node.Tailrace;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the DSL, over an access log, against what plain loops say. */
class DslExamplesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private Tailrace tailrace;

    @BeforeEach
    void start() {
        tailrace = Tailrace.start(data);
    }

    @AfterEach
    void stop() {
        tailrace.close();
    }

    private static Path log() throws URISyntaxException {
        return resource("access.log");
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(DslExamplesTest.class.getResource(name)).toURI());
    }

    private static Map<String, Long> counted(List<String> all) {
        return all.stream().collect(Collectors.groupingBy(Function.identity(), HashMap::new, Collectors.counting()));
    }

    private void counts(String name, CountedLines.TopologyOf topology, Map<String, Long> expected)
            throws URISyntaxException {
        counts(name, topology, log(), expected);
    }

    private void counts(String name, CountedLines.TopologyOf topology, Path file, Map<String, Long> expected) {
        try (CountedLines counted =
                CountedLines.start(tailrace, name, topology, FileLines.source(file), (key, count) -> {})) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(counted.counts()).isEqualTo(expected));
            assertThat(counted.written().toCompletableFuture()).isCompleted();
        }
    }

    /** As {@code tr -cs '[:alnum:]' '\n' | tr A-Z a-z | sort | uniq -c}. */
    @Test
    void wordsAreCounted() throws IOException, URISyntaxException {
        List<String> words = Arrays.stream(
                        Files.readString(log()).toLowerCase(Locale.ROOT).split("[^a-z0-9]+"))
                .filter(word -> !word.isEmpty())
                .toList();
        assertThat(words).hasSizeGreaterThan(1000);

        counts("words", WordCount::topology, counted(words));
    }

    /** As {@code awk '$9 ~ /^2/ {split($7, path, "?"); print path[1]}' | sort | uniq -c}. */
    @Test
    void pagesAreCounted() throws IOException, URISyntaxException {
        List<String> pages = Files.readAllLines(log()).stream()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > 8 && fields[8].startsWith("2"))
                .map(fields -> fields[6].split("\\?", -1)[0])
                .toList();
        assertThat(pages).hasSizeGreaterThan(100).contains("/about", "/shop").doesNotContain("/missing");

        counts("pages", PageCount::topology, counted(pages));
    }

    /** The fields of the lines that {@code awk} sees, split at blanks. */
    private static List<String[]> fields() throws IOException, URISyntaxException {
        return Files.readAllLines(log()).stream()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > 8)
                .toList();
    }

    private static Instant time(String[] fields) {
        String inBrackets = fields[3] + " " + fields[4];
        return DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
                .parse(inBrackets.substring(1, inBrackets.length() - 1), Instant::from);
    }

    /** As {@code awk '$9 ~ /^2/ {split($7, path, "?"); print substr($4, 2, 14), path[1]}' | sort | uniq -c}. */
    @Test
    void pagesAreCountedByTheHour() throws IOException, URISyntaxException {
        List<String> pages = fields().stream()
                .filter(fields -> fields[8].startsWith("2"))
                .map(fields -> time(fields).truncatedTo(ChronoUnit.HOURS) + " "
                        + fields[6].split("\\?", -1)[0])
                .toList();
        assertThat(pages.stream().map(page -> page.substring(0, 13)).distinct()).hasSizeGreaterThan(2);

        counts("hours", PagesPerHour::topology, counted(pages));
    }

    /** As {@code awk -F'"' '$4 != "-" {print $4}' | sort | uniq -c}. */
    @Test
    void referrersAreCounted() throws IOException, URISyntaxException {
        List<String> referrers = Files.readAllLines(log()).stream()
                .map(line -> line.split("\"", -1))
                .filter(parts -> parts.length > 4 && !parts[3].equals("-"))
                .map(parts -> parts[3])
                .toList();
        assertThat(referrers).hasSizeGreaterThan(20);

        counts("referrers", Referrers::topology, counted(referrers));
        assertThat(Referrers.top(Map.of("a", 1L, "b", 3L, "c", 1L), 2))
                .isEqualTo(List.of(Map.entry("b", 3L), Map.entry("a", 1L)));
    }

    /** As {@code sort} by client and time, and {@code awk} that begins anew where more than half an hour has passed. */
    @Test
    void visitsAreCounted() throws IOException, URISyntaxException {
        Map<String, List<Long>> byClient = fields().stream()
                .collect(Collectors.groupingBy(
                        fields -> fields[0],
                        Collectors.mapping(fields -> time(fields).toEpochMilli(), Collectors.toList())));
        Map<String, Long> visits = new HashMap<>();
        byClient.forEach((client, times) -> {
            List<Long> sorted = times.stream().sorted().toList();
            int first = 0;
            for (int i = 1; i <= sorted.size(); i++) {
                if (i == sorted.size() || sorted.get(i) - sorted.get(i - 1) > SessionsPerClient.GAP.toMillis()) {
                    visits.put(
                            client + " " + Instant.ofEpochMilli(sorted.get(first)) + " "
                                    + Instant.ofEpochMilli(sorted.get(i - 1)),
                            (long) (i - first));
                    first = i;
                }
            }
        });
        assertThat(visits).hasSizeGreaterThan(byClient.size());

        counts("visits", SessionsPerClient::topology, visits);
    }

    /** For each hour that ends with an earthquake of the region, or begins just after one: those in it, if there are any. */
    @Test
    void earthquakesAreCountedByRegion() throws IOException, URISyntaxException {
        Path file = resource("earthquakes.csv");
        Map<String, String> regions = Regions.byCell();
        Map<String, List<Long>> byRegion = Files.readAllLines(file).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .collect(Collectors.groupingBy(
                        fields -> regions.getOrDefault(
                                (int) Math.floor(Double.parseDouble(fields[1])) + ","
                                        + (int) Math.floor(Double.parseDouble(fields[2])),
                                "elsewhere"),
                        Collectors.mapping(
                                fields -> Instant.parse(
                                                fields[0].replace('/', '-').replace(' ', 'T') + "Z")
                                        .toEpochMilli(),
                                Collectors.toList())));
        assertThat(byRegion).containsKeys("Japan", "California", "elsewhere");
        long hour = EarthquakesPerRegion.DIFFERENCE.toMillis();
        Map<String, Long> expected = new HashMap<>();
        byRegion.forEach((region, times) -> times.stream()
                .flatMap(time -> Stream.of(time - hour, time + 1))
                .forEach(start -> {
                    long count = times.stream()
                            .filter(time -> time >= start && time <= start + hour)
                            .count();
                    if (count > 0) {
                        expected.put(region + " " + Instant.ofEpochMilli(start), count);
                    }
                }));
        Regions.write(tailrace);

        counts("earthquakes", EarthquakesPerRegion::topology, file, expected);
    }
}
