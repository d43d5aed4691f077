package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SuppressTest {
    private static final Consumed<String, String> TEXT = Consumed.with(Serdes.strings(), Serdes.strings());

    private static TopologyTestDriver suppressing(BufferConfig config) {
        StreamBuilder builder = new StreamBuilder();
        builder.table("in", TEXT)
                .suppress(Suppressed.untilTimeLimit(Duration.ofMillis(100), config))
                .toStream()
                .to("out");
        return new TopologyTestDriver(builder.build());
    }

    @Test
    void onlyTheLastOfSeveralChangesGoesOn() {
        try (TopologyTestDriver driver = suppressing(BufferConfig.maxRecords(10))) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            var out = driver.createOutputTopic("out", Serdes.strings(), Serdes.strings());
            in.pipeInput("k", "a", 0);
            in.pipeInput(new TestRecord<>("k", "b", 60, Headers.EMPTY.with("h", "1")));
            in.pipeInput("other", "c", 99);
            assertThat(out.isEmpty()).isTrue();
            in.pipeInput("other", "d", 100);
            assertThat(out.readRecordsToList())
                    .containsExactly(new TestRecord<>("k", "b", 60, Headers.EMPTY.with("h", "1")));
        }
    }

    @Test
    void aBufferThatMayGiveNothingEarlyStopsTheApplicationWhenItIsFull() {
        try (TopologyTestDriver driver = suppressing(BufferConfig.maxRecords(1).shutDownWhenFull())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            in.pipeInput("k", "a", 0);
            in.pipeInput("k", "b", 0);
            assertThatThrownBy(() -> in.pipeInput("other", "c", 1))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED))
                    .hasMessageContainingAll("suppress-3", "2 changes of 1");
        }
    }

    /** A change takes 38 bytes, twice its key, and its values: what it is and what it was before. */
    @Test
    void theEarliestGoOnWhenTheyTakeTooManyBytes() {
        try (TopologyTestDriver driver = suppressing(BufferConfig.maxBytes(84))) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            var out = driver.createOutputTopic("out", Serdes.strings(), Serdes.strings());
            in.pipeInput("b", "12", 1);
            in.pipeInput("a", "1", 1);
            assertThat(out.isEmpty()).isTrue();
            in.pipeInput("a", "123", 0);
            assertThat(out.readKeyValuesToList()).as("a keeps its place").containsExactly(KeyValue.pair("a", "123"));
            in.pipeInput("c", "1", 0);
            in.pipeInput("c", null, 0);
            assertThat(out.isEmpty()).isTrue();
            in.pipeInput("b", "a value that is too long for the buffer on its own", 2);
            assertThat(out.readKeyValuesToList())
                    .as("in the order of time")
                    .containsExactly(
                            KeyValue.pair("c", null),
                            KeyValue.pair("b", "a value that is too long for the buffer on its own"));
        }
    }

    /** Where Kafka Streams says what the value was before the last change, which nobody behind has heard of. */
    @Test
    void whatWasToldBeforeIsTakenOutWhereItCounted() {
        StreamBuilder builder = new StreamBuilder();
        builder.table("in", Consumed.with(Serdes.strings(), Serdes.longs()))
                .suppress(Suppressed.untilTimeLimit(Duration.ofMillis(100), BufferConfig.unbounded()))
                .groupBy((key, value) -> KeyValue.pair("all", value), Grouped.with(Serdes.strings(), Serdes.longs()))
                .reduce(Long::sum, (sum, value) -> sum - value)
                .toStream()
                .to("out");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.longs());
            var out = driver.createOutputTopic("out", Serdes.strings(), Serdes.longs());
            in.pipeInput("k", 1L, 0);
            in.pipeInput("k", 2L, 50);
            in.pipeInput("k", 3L, 100);
            in.pipeInput("k", 4L, 150);
            in.pipeInput("k", 5L, 250);
            assertThat(out.readKeyValuesToList()).containsExactly(KeyValue.pair("all", 3L), KeyValue.pair("all", 5L));
        }
    }

    @Test
    void onlyWindowsClose() {
        StreamBuilder builder = new StreamBuilder();
        EventTable<String, String> table = builder.table("in", TEXT);
        EventTable<io.tailrace.streams.state.Windowed<String>, String> mapped = builder.stream("other", TEXT)
                .map((key, value) -> KeyValue.pair(
                        new io.tailrace.streams.state.Windowed<>(key, new io.tailrace.streams.state.Window(0, 1)),
                        value))
                .toTable(Materialized.with(new SessionWindowedSerde<>(Serdes.strings()), Serdes.strings()));
        assertThat(table.queryableStoreName()).isNull();
        assertThatThrownBy(() -> mapped.suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded())))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOPOLOGY));
    }

    private static byte[] key(Random random) {
        byte[] key = new byte[random.nextInt(3)];
        random.nextBytes(key);
        return key;
    }

    private static BufferedChange change(Random random) {
        Headers headers = Headers.EMPTY;
        for (int i = random.nextInt(3); i > 0; i--) {
            headers = headers.with("h\u00e9" + i, random.nextBoolean() ? null : new byte[i]);
        }
        return new BufferedChange(
                random.nextInt(100),
                headers,
                random.nextInt(3) == 0 ? null : new byte[random.nextInt(4)],
                random.nextInt(3) == 0 ? null : new byte[random.nextInt(4)]);
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Kept(long time, byte[] key, BufferedChange change) {}

    private static String text(BufferedChange change) {
        return change.timestamp() + " " + change.headers() + Arrays.toString(change.before())
                + Arrays.toString(change.now());
    }

    /** Opened again now and then, as after a restart. */
    @Test
    void aBufferIsAQueueInWhichAKeyKeepsItsPlace() {
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            BytesStore bytes = new MemoryBytesStore();
            ChangeBuffer buffer = new ChangeBuffer("b", bytes);
            Map<String, Kept> model = new HashMap<>();
            long latest = -1;
            for (int i = 0; i < 500; i++) {
                List<Kept> order = new ArrayList<>(model.values());
                order.sort(Comparator.comparingLong(Kept::time).thenComparing(Kept::key, Arrays::compareUnsigned));
                assertThat(buffer.count()).isEqualTo(order.size());
                assertThat(buffer.earliest())
                        .isEqualTo(
                                order.isEmpty() ? Long.MAX_VALUE : order.get(0).time());
                assertThat(buffer.size()).isEqualTo(bytesOf(bytes));
                if (random.nextInt(3) == 0 && !order.isEmpty()) {
                    ChangeBuffer.Place first = buffer.first();
                    assertThat(first.key()).isEqualTo(order.get(0).key());
                    assertThat(text(buffer.get(first)))
                            .isEqualTo(text(order.get(0).change()));
                    buffer.remove(first);
                    model.remove(Arrays.toString(first.key()));
                } else {
                    byte[] key = key(random);
                    BufferedChange change = change(random);
                    long time = random.nextInt(50);
                    latest = Math.max(latest, change.timestamp());
                    assertThat(buffer.advance(change.timestamp())).isEqualTo(latest);
                    buffer.put(time, key, change);
                    Kept before = model.get(Arrays.toString(key));
                    model.put(
                            Arrays.toString(key),
                            before == null
                                    ? new Kept(time, key, change)
                                    : new Kept(
                                            before.time(),
                                            key,
                                            new BufferedChange(
                                                    change.timestamp(),
                                                    change.headers(),
                                                    before.change().before(),
                                                    change.now())));
                }
                buffer.save();
                if (random.nextInt(20) == 0) {
                    buffer = new ChangeBuffer("b", bytes);
                }
            }
        }
    }

    /** Of all entries but the first, which is the buffer's own. */
    private static long bytesOf(BytesStore bytes) {
        long all = 0;
        try (var entries = bytes.range(new byte[] {1}, null)) {
            while (entries.hasNext()) {
                KeyValue<byte[], byte[]> entry = entries.next();
                all += entry.key().length + entry.value().length;
            }
        }
        return all;
    }

    @Test
    void bytesOfAnotherFormatAreNotRead() {
        BytesStore bytes = new MemoryBytesStore();
        bytes.put(new byte[] {0}, new byte[] {2});
        assertThatThrownBy(() -> new ChangeBuffer("b", bytes)).hasMessageContaining("format 2");
    }
}
