package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.streams.ConsumerRecord;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** All that operators remember is in their stores: a task that begins anew after each record gives what one gives that goes on. */
class RestartedRunTest {
    private static final Consumed<String, String> TEXT = Consumed.with(Serdes.strings(), Serdes.strings());
    private static final Produced<String, String> OUT = Produced.with(Serdes.strings(), Serdes.strings());
    private static final StreamJoined<String, String, String> JOINED =
            StreamJoined.with(Serdes.strings(), Serdes.strings(), Serdes.strings());
    private static final JoinWindows WINDOWS = JoinWindows.ofTimeDifferenceAndGrace(
                    Duration.ofMillis(300), Duration.ofMillis(200))
            .after(Duration.ofMillis(100));
    private static final int RECORDS = 500;

    /** One partition of each topic, a store host that outlives runs, and a clock at the time of the latest record. */
    private static final class Task implements RunOutput {
        private final Topology topology;
        private final Map<String, BytesStore> stores = new HashMap<>();
        private final List<String> out = new ArrayList<>();
        private long clock;
        private TopologyRun run;

        Task(Topology topology) {
            this.topology = topology;
            this.run = begin();
        }

        private TopologyRun begin() {
            return new TopologyRun(
                    topology,
                    topology.nodes(),
                    store -> stores.computeIfAbsent(store, name -> new MemoryBytesStore()),
                    this,
                    null,
                    () -> clock);
        }

        void beginAnew() {
            run.close();
            run = begin();
        }

        void process(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
            clock = Math.max(clock, record.timestamp());
            run.process(record);
        }

        @Override
        public void send(
                String topic,
                @Nullable IntUnaryOperator partition,
                byte @Nullable [] key,
                byte @Nullable [] value,
                long timestamp,
                Headers headers) {
            out.add(text(key) + " -> " + text(value) + " @ " + timestamp);
        }
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }

    private static List<ConsumerRecord<ByteBuffer, ByteBuffer>> records() {
        Random random = new Random(7);
        List<ConsumerRecord<ByteBuffer, ByteBuffer>> all = new ArrayList<>();
        long now = 10_000;
        for (int i = 0; i < RECORDS; i++) {
            now += random.nextInt(40);
            byte[] key = ("k" + random.nextInt(4)).getBytes(StandardCharsets.UTF_8);
            byte[] value = Integer.toString(random.nextInt(30)).getBytes(StandardCharsets.UTF_8);
            all.add(new ConsumerRecord<>(
                    random.nextBoolean() ? "left" : "right",
                    0,
                    i,
                    now - (random.nextInt(5) == 0 ? random.nextInt(700) : 0),
                    TimestampType.CREATE_TIME,
                    key.length,
                    value.length,
                    ByteBuffer.wrap(key),
                    ByteBuffer.wrap(value),
                    Headers.EMPTY,
                    0));
        }
        return all;
    }

    private static void check(Consumer<StreamBuilder> build) {
        StreamBuilder builder = new StreamBuilder();
        build.accept(builder);
        Topology topology = builder.build();
        Task one = new Task(topology);
        Task other = new Task(topology);
        for (var record : records()) {
            one.process(record);
            other.process(record);
            other.beginAnew();
            assertThat(other.out).as("after " + record.offset()).isEqualTo(one.out);
        }
        assertThat(one.out).isNotEmpty();
    }

    @Test
    void joins() {
        check(builder -> builder.stream("left", TEXT)
                .join(builder.stream("right", TEXT), (left, right) -> left + right, WINDOWS, JOINED)
                .to("out", OUT));
    }

    @Test
    void leftJoins() {
        check(builder -> builder.stream("left", TEXT)
                .leftJoin(builder.stream("right", TEXT), (left, right) -> left + right, WINDOWS, JOINED)
                .to("out", OUT));
    }

    @Test
    void outerJoins() {
        check(builder -> builder.stream("left", TEXT)
                .outerJoin(builder.stream("right", TEXT), (left, right) -> left + right, WINDOWS, JOINED)
                .to("out", OUT));
    }

    @Test
    void deduplication() {
        check(builder -> builder.stream(List.of("left", "right"), TEXT)
                .deduplicate((key, value) -> key + value, Duration.ofMillis(500), Serdes.strings())
                .to("out", OUT));
    }

    @Test
    void delays() {
        check(builder -> builder.stream(List.of("left", "right"), TEXT)
                .delay(Duration.ofMillis(400))
                .to("out", OUT));
    }
}
