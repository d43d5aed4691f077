package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.query.QueryableStoreType;
import io.tailrace.streams.query.QueryableStoreTypes;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.ReadOnlyKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stores of applications on a real node, on disk, looked at while they run. */
@Timeout(120)
class StreamStoresTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TASKS = 3;
    private static final int WORDS = 50;
    private static final QueryableStoreType<ReadOnlyKeyValueStore<String, Long>> COUNTS =
            QueryableStoreTypes.keyValueStore();

    @TempDir
    static Path data;

    private static Tailrace node;

    private String name;

    @BeforeAll
    static void startNode() {
        node = Tailrace.start(data.resolve("node"));
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @BeforeEach
    void makeTopic(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName();
        done(node.topics().create(NewTopic.of(name, TASKS)));
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private Topology counting() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(name, Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupByKey(Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"));
        return builder.build();
    }

    private StreamApplication start(Topology topology) {
        StreamSettings settings = StreamSettings.defaults()
                .withCommitInterval(Duration.ofMillis(20))
                .withStateDirectory(data.resolve("state"));
        StreamApplication application = StreamApplication.start(node, name, topology, settings);
        done(application.whenRunning());
        return application;
    }

    /** Word n comes n more times, with the number of the time as timestamp. */
    private void produce() {
        List<ProducerRecord<String, String>> records = IntStream.rangeClosed(1, WORDS)
                .boxed()
                .flatMap(
                        word -> IntStream.rangeClosed(1, word).mapToObj(time -> ProducerRecord.of(name, "w" + word, "x")
                                .withTimestamp(time)))
                .toList();
        done(Source.from(records)
                .runWith(
                        Producer.plainSink(ProducerSettings.create(node, Serdes.strings(), Serdes.strings())),
                        node.system()));
    }

    private static Map<String, Long> all(StreamStores stores) {
        Map<String, Long> all = new TreeMap<>();
        for (Map<String, Long> part : done(stores.queryEach("counts", COUNTS, store -> {
            Map<String, Long> found = new HashMap<>();
            try (Entries<String, Long> entries = store.all()) {
                entries.forEachRemaining(entry -> found.put(entry.key(), entry.value()));
            }
            return found;
        }))) {
            part.forEach(
                    (word, count) -> assertThat(all.put(word, count)).as(word).isNull());
        }
        return all;
    }

    private static Long count(StreamStores stores, String word) {
        return done(stores.query("counts", COUNTS, word, Serdes.strings(), store -> store.get(word)));
    }

    private static Map<String, Long> expected(long times) {
        Map<String, Long> counts = new TreeMap<>();
        for (int word = 1; word <= WORDS; word++) {
            counts.put("w" + word, times * word);
        }
        return counts;
    }

    @Test
    void eachKeyIsFoundWhereverItsTaskRuns() {
        Topology topology = counting();
        StreamApplication one = start(topology);
        produce();
        StreamStores stores = StreamStores.of(node, name, topology);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(all(stores)).isEqualTo(expected(1)));
        for (int word = 1; word <= WORDS; word++) {
            String key = "w" + word;
            assertThat(count(stores, key)).isEqualTo(word);
        }
        assertThat(count(one.stores(), "x")).isNull();
        ValueAndTimestamp<Long> whole = done(stores.query(
                "counts",
                QueryableStoreTypes.<String, Long>timestampedKeyValueStore(),
                "w7",
                Serdes.strings(),
                store -> store.get("w7")));
        assertThat(whole).isEqualTo(ValueAndTimestamp.of(7L, 7));

        // Another instance takes some of them, and then all.
        StreamApplication two = start(topology);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(done(two.tasks())).isNotEmpty());
        assertThat(all(stores)).isEqualTo(expected(1));
        done(one.close());
        produce();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(all(stores)).isEqualTo(expected(2)));
        done(two.close());
    }

    @Test
    void stateOnDiskIsGoneOnWith() throws Exception {
        Topology topology = counting();
        StreamApplication first = start(topology);
        produce();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(all(first.stores())).isEqualTo(expected(1)));
        done(first.close());
        try (var tasks = Files.list(data.resolve("state").resolve(name))) {
            assertThat(tasks.map(task -> task.getFileName().toString()).sorted().toList())
                    .containsExactly("0_0", "0_1", "0_2");
        }
        StreamApplication second = start(topology);
        assertThat(all(second.stores())).isEqualTo(expected(1));
        produce();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(all(second.stores())).isEqualTo(expected(2)));
        done(second.close());
    }

    @Test
    void changesAreWhatThereIsAndThenWhatBecomesOfIt() {
        Topology topology = counting();
        StreamApplication application = start(topology);
        produce();
        StreamStores stores = application.stores();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(all(stores)).isEqualTo(expected(1)));

        SinkQueueWithCancel<StoreChange<String, Long>> changes =
                stores.changes("counts", Serdes.strings(), Serdes.longs()).runWith(Sink.queue(), node.system());

        Map<String, Long> seen = new TreeMap<>();
        while (!seen.equals(expected(1))) {
            take(changes, seen);
        }
        produce();
        while (!seen.equals(expected(2))) {
            take(changes, seen);
        }
        changes.cancel();
        done(application.close());
    }

    private static void take(SinkQueueWithCancel<StoreChange<String, Long>> changes, Map<String, Long> seen) {
        StoreChange<String, Long> change = done(changes.pull()).orElseThrow();
        long before = seen.getOrDefault(change.key(), 0L);
        assertThat(change.value()).as("of %s", change.key()).isGreaterThan(before);
        assertThat(change.timestamp()).isBetween(1L, (long) WORDS);
        seen.put(change.key(), change.value());
    }

    private static ErrorCode failure(CompletionStage<?> stage) {
        try {
            done(stage);
            throw new AssertionError("It did not fail.");
        } catch (RuntimeException e) {
            return Failures.named(e).code();
        }
    }

    @Test
    void whatCannotBeAskedIsSaid() {
        Topology topology = counting();
        StreamStores stores = StreamStores.of(node, name, topology);
        assertThat(failure(stores.query("counts", COUNTS, "a", Serdes.strings(), store -> store.get("a"))))
                .as("never started")
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThatThrownBy(() -> stores.query("none", COUNTS, "a", Serdes.strings(), store -> store.get("a")))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        StreamApplication application = start(topology);
        assertThat(failure(stores.query(
                        "counts",
                        QueryableStoreTypes.<String, Long>windowStore(),
                        "a",
                        Serdes.strings(),
                        store -> store.fetch("a", 0))))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        done(application.close());
        assertThat(failure(stores.queryEach("counts", COUNTS, ReadOnlyKeyValueStore::all)))
                .as("closed")
                .isEqualTo(ErrorCode.NOT_READY);
    }
}
