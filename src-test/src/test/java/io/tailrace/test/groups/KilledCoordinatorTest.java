package io.tailrace.test.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.test.torture.Network;
import io.tailrace.test.torture.NodeGroup;
import io.tailrace.test.torture.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node of the groups' coordinator is killed, again and again: consuming goes on, and no commit goes back. */
@Tag("full")
class KilledCoordinatorTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(20);
    private static final int PARTITIONS = 6;
    private static final int MEMBERS = 3;
    private static final int RATE = 1_000;
    private static final String TOPIC = "numbers";

    @TempDir
    Path data;

    @Test
    void consumingGoesOnAndNoCommitGoesBack() throws Exception {
        run(15);
    }

    private void run(int kills) throws Exception {
        Tally tally = new Tally();
        NodeGroup nodes = new NodeGroup(data, 3, Network.loopback());
        try {
            nodes.start();
            nodes.createTopic(TOPIC, PARTITIONS);
            try (Tailrace node = application(nodes);
                    Numbers numbers = new Numbers(node, TOPIC, PARTITIONS, RATE)) {
                List<StreamMember> members = new ArrayList<>();
                for (int number = 0; number < MEMBERS; number++) {
                    members.add(new StreamMember(node, "g", "member-" + number, TOPIC, tally));
                }
                await().atMost(PATIENCE).until(() -> tally.different() > 0);
                Watch watch = new Watch(node);
                for (int kill = 0; kill < kills; kill++) {
                    watch.lookFor(BETWEEN_KILLS);
                    NodeProcess oldest = oldest(node, nodes);
                    oldest.kill();
                    watch.lookFor(Duration.ofSeconds(3));
                    oldest.start();
                    nodes.awaitReady();
                }
                watch.lookFor(BETWEEN_KILLS);
                long sent = numbers.stop();
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(tally.missing(sent))
                        .as("not done of %s", sent)
                        .isEmpty());
                members.forEach(member -> member.leave().toCompletableFuture().join());
                System.out.println(kills + " kills of the coordinator's node; " + sent + " records, " + tally.repeated()
                        + " done again; " + watch.looks + " looks at the group, " + watch.unanswered
                        + " without an answer; longest time in which nothing was done "
                        + TimeUnit.NANOSECONDS.toMillis(tally.longestPauseNanos()) + " ms");
                assertThat(watch.wentBack).isEmpty();
                assertThat(tally.repeated()).isZero();
            }
        } finally {
            nodes.kill();
        }
    }

    private Tailrace application(NodeGroup nodes) {
        return Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir",
                data.resolve("application").toString(),
                "tailrace.node-name",
                "application",
                "tailrace.cluster.roles",
                List.of(),
                "tailrace.cluster.seeds",
                nodes.seeds())));
    }

    /** A singleton is on the oldest node. */
    private static NodeProcess oldest(Tailrace node, NodeGroup nodes) {
        Member oldest = StreamSupport.stream(
                        Cluster.get(node.system()).state().getMembers().spliterator(), false)
                .filter(member -> member.address().port().isDefined())
                .filter(member -> nodes.seeds().stream().anyMatch(seed -> seed.endsWith(":" + port(member))))
                .min(Comparator.comparingInt(Member::upNumber))
                .orElseThrow();
        return nodes.all()
                .get(nodes.seeds()
                        .indexOf(nodes.seeds().stream()
                                .filter(seed -> seed.endsWith(":" + port(oldest)))
                                .findFirst()
                                .orElseThrow()));
    }

    private static int port(Member member) {
        return (Integer) member.address().port().get();
    }

    /** Looks at the group's committed offsets. */
    private static final class Watch {
        private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

        private final Tailrace node;
        private final Map<TopicPartitionId, Long> committed = new HashMap<>();
        private final List<String> wentBack = new ArrayList<>();
        private int looks;
        private int unanswered;

        Watch(Tailrace node) {
            this.node = node;
        }

        void lookFor(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            await().atMost(time.plus(PATIENCE)).pollInterval(BETWEEN_LOOKS).until(() -> {
                look();
                return System.nanoTime() - end > 0;
            });
        }

        private void look() {
            looks++;
            try {
                GroupDescription group =
                        node.groups().describe("g").toCompletableFuture().join();
                group.offsets().forEach((partition, offset) -> {
                    long before = committed.getOrDefault(partition, 0L);
                    if (offset.offset() < before) {
                        wentBack.add(partition + " from " + before + " to " + offset.offset());
                    }
                    committed.put(partition, offset.offset());
                });
            } catch (CompletionException e) {
                unanswered++;
            }
        }
    }
}
