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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A task that begins again with its stores goes on as if nothing had been. */
class WindowRestartTest {
    private static final Duration SIZE = Duration.ofSeconds(5);

    private static Topology topology(Windows windows, EmitStrategy emit) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupByKey()
                .windowedBy(windows)
                .emitStrategy(emit)
                .lateTo("late")
                .count(Materialized.as("counts"))
                .toStream()
                .to("out");
        return builder.build();
    }

    /** Everything that comes out, and all windows of a key go to the partition of the key. */
    private static final class Output implements RunOutput {
        final List<String> told = new ArrayList<>();

        @Override
        public void send(
                String topic,
                @Nullable Integer partition,
                byte @Nullable [] key,
                byte @Nullable [] value,
                long timestamp,
                Headers headers) {
            if (topic.equals("out") && key != null) {
                byte[] base = Arrays.copyOf(key, key.length - Long.BYTES);
                assertThat(partition).isEqualTo(Partitioner.DEFAULT.partition(topic, base, 7));
            } else {
                assertThat(partition).isNull();
            }
            told.add(topic + " " + text(key) + " " + text(value) + " " + timestamp + " " + headers.size());
        }

        private static String text(byte @Nullable [] bytes) {
            return bytes == null ? "null" : new String(bytes, StandardCharsets.ISO_8859_1);
        }

        @Override
        public int partitions(String topic) {
            return 7;
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
                    "in",
                    0,
                    i,
                    timestamp,
                    TimestampType.CREATE_TIME,
                    key.length,
                    1,
                    ByteBuffer.wrap(key),
                    ByteBuffer.wrap(new byte[] {'v'}),
                    Headers.EMPTY,
                    0));
        }
        return records;
    }

    private static List<String> run(
            Topology topology, List<ConsumerRecord<ByteBuffer, ByteBuffer>> records, int lifeOfRecords) {
        Map<String, BytesStore> stores = new HashMap<>();
        Output output = new Output();
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

    @Test
    void whatComesOutDoesNotDependOnHowOftenItBeginsAgain() {
        Duration grace = Duration.ofSeconds(4);
        for (Windows windows : List.of(
                TimeWindows.ofSizeWithNoGrace(SIZE),
                TimeWindows.ofSizeAndGrace(SIZE, grace).advanceBy(Duration.ofSeconds(2)),
                SlidingWindows.ofTimeDifferenceWithNoGrace(SIZE),
                SlidingWindows.ofTimeDifferenceAndGrace(SIZE, grace))) {
            for (EmitStrategy emit : EmitStrategy.values()) {
                Topology topology = topology(windows, emit);
                for (int seed = 0; seed < 2; seed++) {
                    List<ConsumerRecord<ByteBuffer, ByteBuffer>> records = records(new Random(seed));
                    List<String> expected = run(topology, records, records.size());
                    assertThat(expected)
                            .anyMatch(told -> told.startsWith("late"))
                            .hasSizeGreaterThan(100);
                    for (int life : new int[] {1, 7, 100}) {
                        assertThat(run(topology, records, life))
                                .as("%s, %s, seed %d, %d records per life", windows, emit, seed, life)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }
}
