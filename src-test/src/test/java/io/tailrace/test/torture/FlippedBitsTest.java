package io.tailrace.test.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.LogCheck;
import io.tailrace.engine.log.LogProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits that flip on the disk of one of three nodes under load: one scrub finds all of them and gets what they have damaged from the
 * others, while everything goes on. The node leads some of the partitions and follows in the others.
 */
class FlippedBitsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOPIC = "flipped";
    private static final int BYTES = 20_000;

    private static final String WISH = """
            {"name":"%s","partitions":%d,"replicas":3,"settings":{"segment.bytes":"1048576","max.message.bytes":"500000"}}
            """;

    @TempDir
    Path directory;

    @Test
    void twentyFlippedBitsAreFoundByOneScrubAndMendedWhileItServes() throws Exception {
        run(20, 3, 80, 1);
    }

    @Test
    @Tag("full")
    void aHundredFlippedBits() throws Exception {
        run(100, 6, 100, 2);
    }

    private void run(int bits, int partitions, int rate, long seed) throws Exception {
        NodeGroup nodes = new NodeGroup(directory.toAbsolutePath(), 3, Network.loopback());
        try {
            nodes.start();
            create(nodes, partitions);
            NodeProcess victim = nodes.all().get(0);
            Flips flips = new Flips(seed);
            try (PacedLoad load =
                    new PacedLoad(directory.resolve("load"), nodes.seeds(), TOPIC, partitions, rate, BYTES)) {
                awaitClosedSegments(victim, partitions, bits / 10 + 2);
                await().atMost(PATIENCE).until(() -> leadsSome(nodes, victim, partitions));
                List<Path> replicas = replicas(victim);
                while (flips.done().size() < bits) {
                    flips.turn(replicas);
                }
                long begun = System.nanoTime();
                JsonNode report = scrub(victim);
                long ended = System.nanoTime();
                assertThat(victim.runs()).isTrue();
                assertThat(unfound(flips, report)).as(report.toPrettyString()).isEmpty();
                assertThat(report.path("mended").asLong())
                        .as(report.toPrettyString())
                        .isEqualTo(report.path("found").asLong());
                System.out.println("Scrubbed in " + (ended - begun) / 1_000_000 + " ms: " + bits + " bits in "
                        + report.path("found").asLong() + " ranges, "
                        + report.path("bytes").asLong() + " bytes; pauses of acknowledgements meanwhile: "
                        + pauses(load, partitions, begun, ended) + " ms, in as long before "
                        + pauses(load, partitions, 2 * begun - ended, begun) + " ms");
                for (int partition = 0; partition < partitions; partition++) {
                    long before = load.acknowledged(partition);
                    int number = partition;
                    await().atMost(PATIENCE).until(() -> load.acknowledged(number) > before + rate / 2);
                }
                assertThat(load.errors()).isZero();
            }
            for (NodeProcess node : nodes.all()) {
                node.stop();
            }
            nothingIsLost(nodes, flips);
        } finally {
            nodes.kill();
        }
    }

    private static void create(NodeGroup nodes, int partitions) throws IOException, InterruptedException {
        var answer = nodes.all().get(0).post("/v1/topics", WISH.formatted(TOPIC, partitions));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    /** And not all: in the others it follows. */
    private static boolean leadsSome(NodeGroup nodes, NodeProcess node, int partitions) throws InterruptedException {
        int led = 0;
        for (int partition = 0; partition < partitions; partition++) {
            led += nodes.leader(TOPIC, partition).filter(node::equals).isPresent() ? 1 : 0;
        }
        return led > 0 && led < partitions;
    }

    private static List<Path> replicas(NodeProcess node) throws IOException {
        try (Stream<Path> all = Files.list(node.data().resolve("partitions"))) {
            List<Path> found = new ArrayList<>();
            for (Path replica : all.sorted().toList()) {
                if (Files.exists(replica.resolve("leader-epochs")) && segments(replica) > 1) {
                    found.add(replica);
                }
            }
            return found;
        }
    }

    private static long segments(Path replica) throws IOException {
        try (Stream<Path> files = Files.list(replica)) {
            return files.filter(file -> file.toString().endsWith(".log")).count();
        }
    }

    private static void awaitClosedSegments(NodeProcess node, int partitions, int segments) {
        await().atMost(PATIENCE).until(() -> {
            int enough = 0;
            for (Path replica : replicas(node)) {
                enough += segments(replica) > segments ? 1 : 0;
            }
            return enough >= partitions;
        });
    }

    private static JsonNode scrub(NodeProcess node) throws IOException, InterruptedException {
        JsonNode begun = JSON.readTree(node.post("/v1/scrub", "{}").body());
        JsonNode[] report = {begun};
        await().atMost(PATIENCE).until(() -> {
            report[0] = JSON.readTree(node.get("/v1/scrub").body());
            return report[0].path("askedRounds").asLong()
                    > begun.path("askedRounds").asLong();
        });
        return report[0];
    }

    private static List<Flips.Flip> unfound(Flips flips, JsonNode report) {
        return flips.done().stream()
                .filter(flip -> {
                    for (JsonNode finding : report.path("findings")) {
                        boolean sameFile = finding.path("partition").asText().equals(flip.partition())
                                && finding.path("file")
                                        .asText()
                                        .equals(flip.file().getFileName().toString());
                        boolean sameRange = flip.offset() < 0
                                || (finding.path("offset").asLong() <= flip.offset()
                                        && flip.offset()
                                                < finding.path("endOffset").asLong());
                        if (sameFile && sameRange) {
                            return false;
                        }
                    }
                    return !hasBeenWrittenAnew(flip);
                })
                .toList();
    }

    /** A node under load writes the epochs with each segment: what was flipped before the scrub came there may be gone. */
    private static boolean hasBeenWrittenAnew(Flips.Flip flip) {
        try {
            return flip.kind() == Flips.Kind.SMALL_FILE
                    && CheckedFile.problem(new DiskFileStore(), flip.file()) == null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Long> pauses(PacedLoad load, int partitions, long from, long to) {
        List<Long> longest = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            longest.add(load.pauses(partition).stream()
                    .filter(pause -> pause.toNanos() > from && pause.fromNanos() < to)
                    .mapToLong(PacedLoad.Pause::millis)
                    .max()
                    .orElse(0));
        }
        return longest;
    }

    private static void nothingIsLost(NodeGroup nodes, Flips flips) throws IOException {
        for (Map.Entry<Path, byte[]> each : flips.before().entrySet()) {
            String name = each.getKey().getFileName().toString();
            if (name.endsWith(".log")) {
                assertThat(Files.readAllBytes(each.getKey())).as(name).isEqualTo(each.getValue());
                quarantineHasWhatWasDamaged(each.getKey());
            }
        }
        for (Path replica : replicas(nodes.all().get(0))) {
            List<LogProblem> problems = new ArrayList<>();
            LogCheck.check(new DiskFileStore(), replica, problems::add);
            assertThat(problems)
                    .filteredOn(problem -> problem.severity() != LogProblem.Severity.NOTE)
                    .isEmpty();
        }
        assertThat(new ReplicaComparison(
                                nodes.all().stream().map(NodeProcess::data).toList())
                        .differences())
                .isEmpty();
    }

    private static void quarantineHasWhatWasDamaged(Path segment) throws IOException {
        String base = segment.getFileName().toString().replace(".log", "");
        try (Stream<Path> files = Files.list(segment.getParent())) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("quarantine-")))
                    .anyMatch(file -> file.getFileName().toString().contains("-" + base + "-"));
        }
    }
}
