package io.tailrace.test.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.LogCheck;
import io.tailrace.engine.log.LogDamage;
import io.tailrace.engine.log.LogProblem;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.partition.ScrubReport;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bits that flip on the disk of a node that is alone: its scrub tells the same offsets as {@code log check} does, and touches no record. */
class FlippedBitsAloneTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int BATCHES = 60;
    private static final int BYTES = 100_000;

    @TempDir
    Path data;

    @Test
    void theScrubTellsTheOffsetsThatTheCheckTells() throws Exception {
        Flips flips = new Flips(3);
        Path replica;
        List<Long> told;
        try (Tailrace node = Tailrace.start(
                ConfigFactory.parseMap(Map.of("tailrace.data-dir", data.toString(), "tailrace.flush", "os")))) {
            Topic topic = node.topics()
                    .create(NewTopic.of("alone", 1)
                            .withSettings(TopicSettings.DEFAULT.with(Map.of(
                                    "segment.bytes", "1048576", "max.message.bytes", "500000", "retention.ms", "-1"))))
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            fill(node, topic.partition(0));
            replica = data.resolve("partitions").resolve(topic.partition(0).text());
            while (flips.done().stream().filter(flip -> flip.offset() >= 0).count() < 5) {
                flips.turn(List.of(replica));
            }
            ScrubReport first = scrub(node);
            assertThat(offsets(first)).isNotEmpty().containsExactlyElementsOf(new TreeSet<>(offsets(first)));
            assertThat(first.reopened()).isZero();
            ScrubReport second = scrub(node);
            assertThat(second.found()).as("told once").isEqualTo(first.found());
            assertThat(offsets(second)).containsExactlyInAnyOrderElementsOf(offsets(first));
            told = offsets(first);
        }
        assertThat(byTheCheck(replica)).containsExactlyInAnyOrderElementsOf(told);
        for (Flips.Flip flip : flips.done()) {
            if (flip.offset() >= 0) {
                assertThat(Files.readAllBytes(flip.file()))
                        .as("left as it is")
                        .isNotEqualTo(flips.before().get(flip.file()));
            }
        }
    }

    private static void fill(Tailrace node, PartitionId partition) throws Exception {
        for (int i = 0; i < BATCHES; i++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, BYTES + 1000);
            builder.append(i, null, new byte[BYTES]);
            RecordBatch batch = builder.build();
            node.partitions()
                    .append(partition, batch)
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static ScrubReport scrub(Tailrace node) {
        long before = node.scrubber().ask(name -> true).askedRounds();
        await().atMost(PATIENCE).until(() -> node.scrubber().report().askedRounds() > before);
        return node.scrubber().report();
    }

    private static List<Long> offsets(ScrubReport report) {
        return report.findings().stream()
                .map(ScrubReport.Finding::damage)
                .filter(damage -> damage.kind() == LogDamage.Kind.RECORDS)
                .map(LogDamage::offset)
                .toList();
    }

    private static List<Long> byTheCheck(Path replica) {
        List<Long> offsets = new ArrayList<>();
        LogCheck.check(new DiskFileStore(), replica, problem -> {
            if (problem.severity() == LogProblem.Severity.ERROR) {
                offsets.add(problem.offset());
            }
        });
        return offsets;
    }
}
