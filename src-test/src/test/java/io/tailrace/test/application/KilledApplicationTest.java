package io.tailrace.test.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.ReplayRange;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.TopicPartition;
import io.tailrace.streams.runtime.StreamApplications;
import io.tailrace.streams.runtime.StreamState;
import io.tailrace.test.torture.NodeGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application that counts runs on three nodes, processes of their own that hold the topics too, and one of them is killed again and again: each record is counted
 * once, and what comes out has each count of each key once, in order.
 */
class KilledApplicationTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int NODES = 3;
    private static final int PARTITIONS = 3;
    private static final int KEYS = 50;

    @TempDir
    Path data;

    /** Of the streams of the test: on a machine that has no time the client's node may lose its cluster, and its own system with it. */
    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.<Void>empty(), "test");

    @AfterEach
    void end() {
        system.terminate();
    }

    /** How much, and how it is disturbed. */
    private record Plan(long records, int perSecond, int kills, int betweenKills, boolean byValue, long seed) {}

    @Test
    void eachRecordIsCountedOnceWhicheverNodeIsKilled() throws Exception {
        run(new Plan(4_000, 300, 2, 600, false, 1));
    }

    @Test
    @Tag("full")
    void aMillionRecordsAndAKillEachTenSeconds() throws Exception {
        run(new Plan(1_000_000, 5_000, 20, 45_000, false, 2));
    }

    @Test
    @Tag("full")
    void throughATopicBetweenTwoParts() throws Exception {
        run(new Plan(1_000_000, 5_000, 20, 45_000, true, 3));
    }

    private void run(Plan plan) throws Exception {
        Random random = new Random(plan.seed);
        List<Integer> ports = NodeGroup.freePorts(NODES);
        List<String> seeds = ports.stream().map(port -> "127.0.0.1:" + port).toList();
        List<CountingProcess> nodes = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            nodes.add(
                    new CountingProcess("node-" + node, data, ports.get(node), String.join(",", seeds), plan.byValue));
        }
        // Whatever takes seconds to start does so at the same time.
        CompletableFuture<Tailrace> client =
                CompletableFuture.supplyAsync(() -> client(seeds), task -> new Thread(task, "start").start());
        try {
            for (CountingProcess node : nodes) {
                node.start();
            }
            try (Tailrace tailrace = client.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                count(plan, random, nodes, tailrace);
            }
        } finally {
            for (CountingProcess node : nodes) {
                node.kill();
            }
            if (client.isDone() && !client.isCompletedExceptionally()) {
                client.join().close();
            }
        }
    }

    private void count(Plan plan, Random random, List<CountingProcess> nodes, Tailrace client)
            throws IOException, InterruptedException {
        create(client, CountingMain.INPUT);
        create(client, CountingMain.OUTPUT);
        Totals totals = new Totals(client, system, CountingMain.OUTPUT, PARTITIONS);
        try (Keys keys = new Keys(client, system, CountingMain.INPUT, KEYS, plan.perSecond, plan.seed)) {
            for (int kill = 0; kill < plan.kills; kill++) {
                more(totals, plan.betweenKills + random.nextInt(plan.perSecond));
                CountingProcess victim = nodes.get(random.nextInt(NODES));
                victim.kill();
                // The others go on alone for a while.
                more(totals, plan.perSecond / 2);
                victim.start();
                await().atMost(PATIENCE).until(() -> running(client) == NODES);
            }
            await().atMost(Duration.ofHours(1)).until(() -> keys.sent() >= plan.records);
            Map<String, Long> expected = keys.stop();
            await().atMost(PATIENCE)
                    .until(() -> totals.seen() >= keys.sent() || !totals.wrong().isEmpty());
            assertThat(totals.wrong()).isEmpty();
            assertThat(totals.last()).isEqualTo(expected);
            // Nothing comes behind that either.
            assertThat(stored(client)).isEqualTo(keys.sent());
            System.out.println(plan + ": " + keys.sent() + " records");
        }
    }

    private static void more(Totals totals, long counts) {
        long until = totals.seen() + counts;
        await().atMost(PATIENCE)
                .until(() -> totals.seen() >= until || !totals.wrong().isEmpty());
        assertThat(totals.wrong()).isEmpty();
    }

    private Tailrace client(List<String> seeds) {
        return Tailrace.start(ConfigFactory.parseMap(Map.of(
                "tailrace.data-dir",
                data.resolve("client").toString(),
                "tailrace.node-name",
                "client",
                "tailrace.cluster.roles",
                List.of(),
                "tailrace.cluster.seeds",
                seeds)));
    }

    private static void create(Tailrace client, String topic) {
        client.topics()
                .create(NewTopic.of(topic, PARTITIONS).withReplicas(NODES))
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** How many instances run, as the client's node hears from them. */
    private static long running(Tailrace client) {
        return StreamApplications.of(client)
                .list()
                .handle((all, failure) -> failure != null
                        ? 0L
                        : all.instances().stream()
                                .filter(instance -> instance.state() == StreamState.RUNNING)
                                .count())
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** How many records the topic of counts holds; offsets would count the log's own entries as well. */
    private long stored(Tailrace client) {
        TopicPartition[] all = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(CountingMain.OUTPUT, partition))
                .toArray(TopicPartition[]::new);
        return Consumer.replaySource(
                        ConsumerSettings.create(client, Serdes.strings(), Serdes.longs()),
                        ReplayRange.ofPartitions(all))
                .runWith(Sink.fold(0L, (count, record) -> count + 1), system)
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
