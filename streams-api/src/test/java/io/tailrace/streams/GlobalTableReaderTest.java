package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.runtime.ErrorHandling;
import io.tailrace.streams.runtime.GlobalStores;
import io.tailrace.streams.runtime.GlobalTableReader;
import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.DropReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How an instance gets its copy of a global table. */
class GlobalTableReaderTest extends StreamsTestKit {
    private static final int PARTITIONS = 3;
    private static final Set<TopicPartition> ALL =
            Set.of(new TopicPartition("t", 0), new TopicPartition("t", 1), new TopicPartition("t", 2));

    private static GlobalStores stores() {
        StreamBuilder builder = new StreamBuilder();
        builder.globalTable("t", Consumed.with(Serdes.strings(), Serdes.strings()), Materialized.as("table"));
        return new GlobalStores(builder.build(), null, () -> 0);
    }

    private GlobalTableReader reader(GlobalStores stores) {
        return GlobalTableReader.start(
                ConsumerSettings.create(tailrace, Serdes.byteBuffers(), Serdes.byteBuffers())
                        .withRetryBackoff(Duration.ofMillis(1), Duration.ofMillis(4)),
                stores,
                ALL);
    }

    private void put(int partition, List<String> keys, String value) {
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        for (String key : keys) {
            records.add(
                    ProducerRecord.of("t", key, value).withPartition(partition).withTimestamp(7));
        }
        produce(producer(), records);
    }

    @SuppressWarnings("unchecked") // As the test has it.
    private static <K> TimestampedKeyValueStore<K, String> table(GlobalStores stores) {
        return (TimestampedKeyValueStore<K, String>) stores.store("table");
    }

    private static ValueAndTimestamp<String> value(GlobalStores stores, String key) {
        return GlobalTableReaderTest.<String>table(stores).get(key);
    }

    @Test
    void allPartitionsAreInWhenItHasCaughtUpAndItGoesOn() {
        tailrace.withTopic("t", PARTITIONS);
        put(0, List.of("a", "b"), "old");
        put(1, List.of("c"), "old");
        put(0, List.of("a"), "new");
        try (GlobalStores stores = stores()) {
            GlobalTableReader reader = reader(stores);
            await(reader.caughtUp());
            assertThat(value(stores, "a")).isEqualTo(new ValueAndTimestamp<>("new", 7));
            assertThat(value(stores, "b")).isEqualTo(new ValueAndTimestamp<>("old", 7));
            assertThat(value(stores, "c")).isEqualTo(new ValueAndTimestamp<>("old", 7));
            put(1, List.of("c"), "later");
            put(2, List.of("d"), "in what was empty");
            eventually().until(() -> value(stores, "c").value().equals("later") && value(stores, "d") != null);
            await(reader.close());
        }
        eventually().until(() -> tailrace.partition("t", 0).openReaders() == 0);
    }

    @Test
    void anEmptyTopicIsCaughtUpWithAtOnce() {
        tailrace.withTopic("t", PARTITIONS);
        try (GlobalStores stores = stores()) {
            GlobalTableReader reader = reader(stores);
            await(reader.caughtUp());
            assertThat(value(stores, "a")).isNull();
            await(reader.close());
        }
    }

    @Test
    void whatCannotBeReadEndsIt() {
        tailrace.withTopic("t", PARTITIONS);
        put(0, List.of("too short"), "v");
        StreamBuilder builder = new StreamBuilder();
        builder.globalTable("t", Consumed.with(Serdes.longs(), Serdes.strings()));
        try (GlobalStores stores = new GlobalStores(builder.build(), null, () -> 0)) {
            GlobalTableReader reader = reader(stores);
            failsWith(ErrorCode.SERIALIZATION_FAILED, reader.caughtUp());
            failsWith(ErrorCode.SERIALIZATION_FAILED, reader.ended());
        }
    }

    /** A dead letter would be there as often as there are instances. */
    @Test
    void whatCannotBeReadIsSkippedIfThatIsWhatIsWanted() {
        tailrace.withTopic("t", PARTITIONS);
        put(0, List.of("too short", "8 bytes."), "v");
        StreamBuilder builder = new StreamBuilder();
        builder.globalTable("t", Consumed.with(Serdes.longs(), Serdes.strings()), Materialized.as("table"));
        try (GlobalStores stores =
                new GlobalStores(builder.build(), null, () -> 0, ErrorHandling.deadLetter("nowhere"))) {
            GlobalTableReader reader = reader(stores);
            await(reader.caughtUp());
            assertThat(stores.dropped()).containsEntry(DropReason.DESERIALIZATION_FAILED, 1L);
            try (var all = GlobalTableReaderTest.<Long>table(stores).all()) {
                assertThat(all).toIterable().hasSize(1);
            }
            await(reader.close());
        }
    }

    @Test
    void withoutGlobalTablesThereIsNothingToWaitFor() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings())).foreach((key, value) -> {});
        try (GlobalStores stores = new GlobalStores(builder.build(), null, () -> 0)) {
            GlobalTableReader reader = GlobalTableReader.start(
                    ConsumerSettings.create(tailrace, Serdes.byteBuffers(), Serdes.byteBuffers()), stores, Set.of());
            await(reader.caughtUp());
            assertThat(reader.ended().toCompletableFuture().isDone()).isFalse();
            await(reader.close());
        }
    }
}
