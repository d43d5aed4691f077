package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.node.Tailrace;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
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
        return Path.of(Objects.requireNonNull(DslExamplesTest.class.getResource("access.log"))
                .toURI());
    }

    private static Map<String, Long> counted(List<String> all) {
        return all.stream().collect(Collectors.groupingBy(Function.identity(), HashMap::new, Collectors.counting()));
    }

    private void counts(String name, CountedLines.TopologyOf topology, Map<String, Long> expected)
            throws URISyntaxException {
        try (CountedLines counted =
                CountedLines.start(tailrace, name, topology, FileLines.source(log()), (key, count) -> {})) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(counted.counts()).isEqualTo(expected));
            assertThat(counted.written().toCompletableFuture()).isCompleted();
        }
    }

    /** As {@code tr -cs '[:alnum:]' '\n' | tr A-Z a-z | sort | uniq -c}. */
    @Test
    void wordsAreCounted() throws IOException, URISyntaxException {
        List<String> words = Arrays.stream(Files.readString(log())
                        .toLowerCase(java.util.Locale.ROOT)
                        .split("[^a-z0-9]+"))
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
}
