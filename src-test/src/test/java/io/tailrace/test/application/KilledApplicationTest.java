package io.tailrace.test.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;
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
    private record Plan(int records, int perSecond, int kills, boolean byValue, long seed) {}

    @Test
    void eachRecordIsCountedOnceWhicheverNodeIsKilled() throws Exception {
        run(new Plan(6_000, 500, 2, false, 1));
    }

    @Test
    @Tag("full")
    void aMillionRecordsAndAKillEachTenSeconds() throws Exception {
        run(new Plan(1_000_000, 5_000, 20, false, 2));
    }

    @Test
    @Tag("full")
    void throughATopicBetweenTwoParts() throws Exception {
        run(new Plan(1_000_000, 5_000, 20, true, 3));
    }

    private void run(Plan plan) throws Exception {
        Random random = new Random(plan.seed);
        List<Integer> ports = NodeGroup.freePorts(NODES);
        List<String> seeds = ports.stream().map(port -> "127.0.0.1:" + port).toList();
        List<CountingProcess> nodes = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            nodes.add(new CountingProcess(
                    "node-" + node, data, ports.get(node), String.join(",", seeds), plan.byValue));
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
        Map<String, Long> expected = new TreeMap<>();
        CompletionStage<Done> produced = produce(plan, client, expected);
        for (int kill = 0; kill < plan.kills; kill++) {
            long more = (kill + 1L) * plan.records / (plan.kills + 2) + random.nextInt(plan.perSecond);
            await().atMost(PATIENCE).until(() -> totals.seen() >= more || !totals.wrong().isEmpty());
            assertThat(totals.wrong()).isEmpty();
            CountingProcess victim = nodes.get(random.nextInt(NODES));
            victim.kill();
            // The others go on alone for a while.
            long later = totals.seen() + plan.perSecond / 2;
            await().atMost(PATIENCE).until(() -> totals.seen() >= later);
            victim.start();
            await().atMost(PATIENCE).until(() -> running(client) == NODES);
        }
        produced.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        await().atMost(PATIENCE).until(() -> totals.seen() >= plan.records || !totals.wrong().isEmpty());
        assertThat(totals.wrong()).isEmpty();
        assertThat(totals.last()).isEqualTo(expected);
        // Nothing comes behind that either.
        assertThat(stored(client)).isEqualTo(plan.records);
        assertThat(nodes).allMatch(CountingProcess::runs);
        System.out.println(plan + ": " + totals.seen() + " counts");
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

    /** What is to be counted is the key, and the value too. */
    private CompletionStage<Done> produce(Plan plan, Tailrace client, Map<String, Long> expected) {
        Random random = new Random(plan.seed);
        List<String> keys = IntStream.range(0, plan.records)
                .mapToObj(number -> "key-" + random.nextInt(KEYS))
                .toList();
        expected.putAll(keys.stream().collect(Collectors.groupingBy(key -> key, Collectors.counting())));
        ProducerSettings<String, String> settings =
                ProducerSettings.create(client, Serdes.strings(), Serdes.strings());
        return Source.from(keys)
                .throttle(plan.perSecond, Duration.ofSeconds(1))
                .map(key -> ProducerRecord.of(CountingMain.INPUT, key, key))
                .runWith(Producer.plainSink(settings), system);
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

    private static long stored(Tailrace client) {
        Topic topic = client.topics()
                .describe(CountingMain.OUTPUT)
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        return IntStream.range(0, PARTITIONS)
                .mapToLong(partition -> client.partitions()
                        .describe(topic.partition(partition))
                        .toCompletableFuture()
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join()
                        .highWatermark())
                .sum();
    }
}
