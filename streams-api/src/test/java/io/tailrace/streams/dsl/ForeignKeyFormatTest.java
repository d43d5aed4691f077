package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.ForeignKeySubscription.Instruction;
import io.tailrace.streams.runtime.RunOutput;
import io.tailrace.streams.runtime.TopologyRun;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.topology.Topology;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** What tables that are joined by foreign key say to each other, and where it goes. */
class ForeignKeyFormatTest {
    private static final ValueHash HASH = new ValueHash(0x0102030405060708L, -1L);

    private static <T> T copied(Serde<T> serde, T message) {
        return serde.deserialize("t", ByteBuffer.wrap(serde.serialize("t", message)));
    }

    @Test
    void subscriptionsComeBackFromTheirBytes() {
        Serde<ForeignKeySubscription<String>> serde = ForeignKeySubscription.serde(Serdes.strings());
        for (Instruction instruction : Instruction.values()) {
            var one = new ForeignKeySubscription<>(HASH, instruction, "key", 7);
            var gone = new ForeignKeySubscription<>(null, instruction, "", -1);
            assertThat(copied(serde, one)).isEqualTo(one);
            assertThat(copied(serde, gone)).isEqualTo(gone);
        }
        assertThat(serde.serialize("t", new ForeignKeySubscription<>(HASH, Instruction.SUBSCRIBE, "k", 258)))
                .containsExactly(1, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 1, 2, 'k');
    }

    @Test
    void answersComeBackFromTheirBytesWithoutThePartition() {
        Serde<ForeignKeyAnswer<String>> serde = ForeignKeyAnswer.serde(Serdes.strings());
        assertThat(copied(serde, new ForeignKeyAnswer<>(HASH, "value", 3)))
                .isEqualTo(new ForeignKeyAnswer<>(HASH, "value", -1));
        assertThat(copied(serde, new ForeignKeyAnswer<>(HASH, "", 3))).isEqualTo(new ForeignKeyAnswer<>(HASH, "", -1));
        assertThat(copied(serde, new ForeignKeyAnswer<String>(null, null, 3)))
                .isEqualTo(new ForeignKeyAnswer<String>(null, null, -1));
        assertThat(serde.serialize("t", new ForeignKeyAnswer<>(null, "v", 3))).containsExactly(1, 0, 1, 'v');
    }

    @Test
    void anotherVersionIsRefused() {
        ByteBuffer later = ByteBuffer.wrap(new byte[] {2, 0, 0, 0, 0, 0, 0});
        assertThatThrownBy(() -> ForeignKeySubscription.serde(Serdes.strings()).deserialize("t", later.duplicate()))
                .hasMessageContaining("format 2");
        assertThatThrownBy(() -> ForeignKeyAnswer.serde(Serdes.strings()).deserialize("t", later.duplicate()))
                .hasMessageContaining("format 2");
    }

    @Test
    void theHashIsThatOfTheBytes() {
        ValueHash.Hasher<String> hasher = new ValueHash.Hasher<>("t", Serdes.strings());
        assertThat(hasher.hash(null)).isNull();
        assertThat(hasher.hash("abc")).isEqualTo(new ValueHash(0xba7816bf8f01cfeaL, 0x414140de5dae2223L));
        assertThat(hasher.hash("abc")).isEqualTo(hasher.hash("abc")).isNotEqualTo(hasher.hash("abd"));
    }

    private record Sent(String topic, Integer partition) {}

    private static ConsumerRecord<ByteBuffer, ByteBuffer> record(
            String topic, int partition, byte[] key, byte[] value) {
        return new ConsumerRecord<>(
                topic,
                partition,
                0,
                5,
                TimestampType.CREATE_TIME,
                key.length,
                value.length,
                ByteBuffer.wrap(key),
                ByteBuffer.wrap(value),
                Headers.EMPTY,
                0);
    }

    /** An answer finds its way back also where the key's hash is not what said where the key lies. */
    @Test
    void anAnswerGoesWhereTheQuestionCameFrom() {
        StreamBuilder builder = new StreamBuilder();
        Consumed<String, String> text = Consumed.with(Serdes.strings(), Serdes.strings());
        builder.table("left", text)
                .leftJoin(
                        builder.table("right", text),
                        (String value) -> value,
                        (left, right) -> left + right,
                        TableJoined.<String, String>as("fk")
                                .withOtherPartitioner((topic, key, value, partitions) -> java.util.OptionalInt.of(8)),
                        Materialized.with(Serdes.strings(), Serdes.strings()));
        Topology topology = builder.build();
        List<Sent> sent = new ArrayList<>();
        List<byte[]> messages = new ArrayList<>();
        Map<String, MemoryBytesStore> stores = new HashMap<>();
        RunOutput output = new RunOutput() {
            @Override
            public void send(
                    String topic, IntUnaryOperator partition, byte[] key, byte[] value, long timestamp, Headers headers) {
                sent.add(new Sent(topic, partition == null ? null : partition.applyAsInt(9)));
                messages.add(value);
            }
        };
        try (TopologyRun run = new TopologyRun(
                topology,
                topology.taskNodes(),
                store -> stores.computeIfAbsent(store, name -> new MemoryBytesStore()),
                output,
                null,
                () -> 0)) {
            byte[] key = "k".getBytes(StandardCharsets.UTF_8);
            run.process(record("left", 6, key, key));
            run.process(record("fk-subscription-registration", 8, key, messages.get(0)));
            run.process(record("right", 8, key, key));
            assertThat(sent)
                    .containsExactly(
                            new Sent("fk-subscription-registration", 8),
                            new Sent("fk-subscription-response", 6),
                            new Sent("fk-subscription-response", 6));
        }
    }
}
