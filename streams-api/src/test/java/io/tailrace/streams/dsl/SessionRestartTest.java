package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.Partitioner;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.runtime.RunOutput;
import io.tailrace.streams.runtime.TopologyRun;
import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.topology.Topology;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A task that begins again with its stores goes on as if nothing had been: sessions, cogroups, what is kept back. */
class SessionRestartTest {
    private static final Consumed<String, String> TEXT = Consumed.with(Serdes.strings(), Serdes.strings());
    private static final SessionWindows SESSIONS =
            SessionWindows.ofInactivityGapAndGrace(Duration.ofSeconds(2), Duration.ofSeconds(4));

    /** Everything that comes out; all sessions of a key go to the partition of the key. */
    private static final class Output implements RunOutput {
        final List<String> told = new ArrayList<>();
        private final boolean sessions;

        Output(boolean sessions) {
            this.sessions = sessions;
        }

        @Override
        public void send(
                String topic,
                @Nullable IntUnaryOperator partition,
                byte @Nullable [] key,
                byte @Nullable [] value,
                long timestamp,
                Headers headers) {
            if (sessions) {
                byte[] base = Arrays.copyOf(key, key.length - 2 * Long.BYTES);
                assertThat(partition).isNotNull();
                assertThat(partition.applyAsInt(7)).isEqualTo(Partitioner.DEFAULT.partition(topic, base, 7));
            }
            told.add(text(key) + " " + text(value) + " " + timestamp + " " + headers);
        }

        private static String text(byte @Nullable [] bytes) {
            return bytes == null ? "null" : new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static List<ConsumerRecord<ByteBuffer, ByteBuffer>> records(Random random) {
        List<ConsumerRecord<ByteBuffer, ByteBuffer>> records = new ArrayList<>();
        long now = 100_000;
        for (int i = 0; i < 300; i++) {
            now += random.nextInt(40) == 0 ? 500_000 : random.nextInt(1_500);
            long timestamp = now - (random.nextInt(3) == 0 ? random.nextInt(20_000) : 0);
            byte[] key = ("k" + random.nextInt(3)).getBytes(StandardCharsets.UTF_8);
            records.add(new ConsumerRecord<>(
                    random.nextBoolean() ? "one" : "two",
                    0,
                    i,
                    timestamp,
                    TimestampType.CREATE_TIME,
                    key.length,
                    1,
                    ByteBuffer.wrap(key),
                    ByteBuffer.wrap(new byte[] {(byte) ('a' + random.nextInt(26))}),
                    Headers.EMPTY.with("number", Integer.toString(i)),
                    0));
        }
        return records;
    }

    private static List<String> run(
            Topology topology,
            List<ConsumerRecord<ByteBuffer, ByteBuffer>> records,
            int lifeOfRecords,
            boolean sessions) {
        Map<String, BytesStore> stores = new HashMap<>();
        Output output = new Output(sessions);
        for (int from = 0; from < records.size(); from += lifeOfRecords) {
            try (TopologyRun life = new TopologyRun(
                    topology,
                    topology.nodes(),
                    store -> stores.computeIfAbsent(store, name -> new MemoryBytesStore()),
                    output,
                    null,
                    () -> 0)) {
                records.subList(from, Math.min(records.size(), from + lifeOfRecords))
                        .forEach(life::process);
            }
        }
        return output.told;
    }

    private static void doesNotDependOnRestarts(boolean sessions, Consumer<StreamBuilder> build) {
        StreamBuilder builder = new StreamBuilder();
        build.accept(builder);
        Topology topology = builder.build();
        for (int seed = 0; seed < 3; seed++) {
            List<ConsumerRecord<ByteBuffer, ByteBuffer>> records = records(new Random(seed));
            List<String> expected = run(topology, records, records.size(), sessions);
            assertThat(expected).hasSizeGreaterThan(50);
            for (int life : new int[] {1, 7, 100}) {
                assertThat(run(topology, records, life, sessions))
                        .as("seed %d, %d records per life", seed, life)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void sessionsThatAreToldWhenTheyChangeAndWhenTheyClose() {
        for (EmitStrategy emit : EmitStrategy.values()) {
            doesNotDependOnRestarts(true, builder -> builder.stream(List.of("one", "two"), TEXT)
                    .groupByKey()
                    .windowedBy(SESSIONS)
                    .emitStrategy(emit)
                    .reduce((one, other) -> one + other)
                    .toStream()
                    .to("out"));
        }
    }

    @Test
    void cogroupedSessions() {
        doesNotDependOnRestarts(true, builder -> builder.stream("one", TEXT)
                .groupByKey()
                .<String>cogroup((key, value, all) -> all + value)
                .cogroup(builder.stream("two", TEXT).groupByKey(), (key, value, all) -> value + all)
                .windowedBy(SESSIONS)
                .aggregate(
                        () -> ".",
                        (key, one, other) -> one + other,
                        Materialized.with(Serdes.strings(), Serdes.strings()))
                .toStream()
                .to("out"));
    }

    @Test
    void changesThatAreKeptBack() {
        doesNotDependOnRestarts(false, builder -> builder.stream(List.of("one", "two"), TEXT)
                .toTable()
                .suppress(Suppressed.untilTimeLimit(Duration.ofSeconds(3), BufferConfig.maxRecords(2)))
                .toStream()
                .to("out"));
        doesNotDependOnRestarts(true, builder -> builder.stream(List.of("one", "two"), TEXT)
                .groupByKey()
                .windowedBy(SESSIONS)
                .count()
                .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()))
                .toStream()
                .to("out"));
    }
}
