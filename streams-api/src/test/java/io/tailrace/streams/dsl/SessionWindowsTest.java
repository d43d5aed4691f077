package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.SessionStore;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import io.tailrace.streams.topology.DropHeaders;
import io.tailrace.streams.topology.DropReason;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionWindowsTest {
    private static final SessionWindows TEN =
            SessionWindows.ofInactivityGapAndGrace(Duration.ofMillis(10), Duration.ofMillis(5));
    private static final SessionWindowedSerde<String> SESSIONS = new SessionWindowedSerde<>(Serdes.strings());

    private static SessionWindowedStream<String, String> sessions(StreamBuilder builder, SessionWindows windows) {
        return builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupByKey()
                .windowedBy(windows);
    }

    private static Windowed<String> session(String key, long start, long end) {
        return new Windowed<>(key, new Window(start, end));
    }

    @Test
    void aRecordBetweenTwoSessionsMakesThemOne() {
        StreamBuilder builder = new StreamBuilder();
        sessions(builder, TEN).count(Materialized.as("counts")).toStream().to("out");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            var out = driver.createOutputTopic("out", SESSIONS, Serdes.longs());
            in.pipeInput("k", "v", 100);
            in.pipeInput("k", "v", 114);
            in.pipeInput("k", "v", 107);
            assertThat(out.readRecordsToList())
                    .containsExactly(
                            new TestRecord<>(session("k", 100, 100), 1L, 100),
                            new TestRecord<>(session("k", 114, 114), 1L, 114),
                            new TestRecord<>(session("k", 100, 100), null, 100),
                            new TestRecord<>(session("k", 114, 114), null, 114),
                            new TestRecord<>(session("k", 100, 114), 3L, 114));
            SessionStore<String, Long> store = driver.store("counts");
            assertThat(store.fetchSession("k", 100, 114)).isEqualTo(3L);
        }
    }

    @Test
    void whatCannotBeInASessionIsCounted() {
        StreamBuilder builder = new StreamBuilder();
        sessions(builder, TEN).count().toStream().to("out");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            in.pipeInput("k", "v", 100);
            in.pipeInput(null, "v", 100);
            in.pipeInput("k", null, 100);
            in.pipeInput("late", "v", 84);
            in.pipeInput("in time", "v", 85);
            assertThat(driver.dropped())
                    .containsEntry(DropReason.NULL_KEY, 1L)
                    .containsEntry(DropReason.NULL_VALUE, 1L)
                    .containsEntry(DropReason.LATE, 1L);
            assertThat(driver.createOutputTopic("out", SESSIONS, Serdes.longs()).readKeyValuesToList())
                    .containsExactly(
                            KeyValue.pair(session("k", 100, 100), 1L), KeyValue.pair(session("in time", 85, 85), 1L));
        }
    }

    /** However far time leaps, and whatever the store forgets with it. */
    @Test
    void eachClosedSessionIsToldOnce() {
        StreamBuilder builder = new StreamBuilder();
        sessions(builder, TEN)
                .emitStrategy(EmitStrategy.onWindowClose())
                .count()
                .toStream()
                .to("out");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            var out = driver.createOutputTopic("out", SESSIONS, Serdes.longs());
            in.pipeInput("b", "v", 59_990);
            in.pipeInput("a", "v", 59_990);
            in.pipeInput("a", "v", 59_999);
            in.pipeInput("a", "v", 60_014);
            assertThat(out.readKeyValuesToList())
                    .as("closed when 15 ms have passed, not before")
                    .containsExactly(KeyValue.pair(session("b", 59_990, 59_990), 1L));
            // What ended 15 ms ago is not closed yet, though it lies in a segment of the store that ends with it.
            assertThat(out.isEmpty()).isTrue();
            in.pipeInput("b", "v", 90_000_000);
            assertThat(out.readRecordsToList())
                    .extracting(TestRecord::key)
                    .containsExactly(session("a", 59_990, 59_999), session("a", 60_014, 60_014));
            in.pipeInput("b", "v", 90_000_016);
            assertThat(out.readKeyValuesToList())
                    .containsExactly(KeyValue.pair(session("b", 90_000_000, 90_000_000), 1L));
        }
    }

    /** Where Kafka Streams says that there was none. */
    @Test
    void theValueBeforeOfASessionOfOneMomentIsTakenOutWhereItCounted() {
        StreamBuilder builder = new StreamBuilder();
        sessions(builder, TEN)
                .count()
                .groupBy(
                        (session, count) -> KeyValue.pair("all", count), Grouped.with(Serdes.strings(), Serdes.longs()))
                .aggregate(
                        () -> 0L,
                        (key, count, sum) -> sum + count,
                        (key, count, sum) -> sum - count,
                        Materialized.with(Serdes.strings(), Serdes.longs()))
                .toStream()
                .to("out");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            var out = driver.createOutputTopic("out", Serdes.strings(), Serdes.longs());
            in.pipeInput("k", "v", 100);
            in.pipeInput("k", "v", 100);
            in.pipeInput("k", "v", 100);
            assertThat(out.readKeyValuesToMap()).containsEntry("all", 3L);
        }
    }

    @Test
    void keysAreWrittenAsKafkaWritesThem() {
        Windowed<String> session = session("k\u00e9", 3, 300);
        byte[] bytes = SESSIONS.serialize("t", session);
        assertThat(bytes).containsExactly('k', 0xc3, 0xa9, 0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 0, 0, 0, 0, 0, 3);
        ByteBuffer read = ByteBuffer.wrap(bytes);
        assertThat(SESSIONS.deserialize("t", read)).isEqualTo(session);
        assertThat(read.hasRemaining()).isFalse();
        assertThatThrownBy(() -> SESSIONS.deserialize("t", ByteBuffer.allocate(15)))
                .hasMessageContaining("15");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> SessionWindows.ofInactivityGapWithNoGrace(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SessionWindows.ofInactivityGapAndGrace(Duration.ofMillis(1), Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        SessionWindowedStream<String, String> stream = sessions(new StreamBuilder(), TEN);
        Materialized<String, Long> kept = Materialized.<String, Long>as("s").withRetention(Duration.ofMillis(14));
        assertThatThrownBy(() -> stream.count(kept))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOPOLOGY));
    }

    @Test
    void lateRecordsGoToATopicWithTheReason() {
        StreamBuilder builder = new StreamBuilder();
        sessions(builder, TEN).lateTo("late").count();
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            in.pipeInput("k", "v", 100);
            in.pipeInput("k", "w", 84);
            TestRecord<String, String> late = driver.createOutputTopic("late", Serdes.strings(), Serdes.strings())
                    .readRecord();
            assertThat(late.value()).isEqualTo("w");
            assertThat(late.headers().last(DropHeaders.REASON).valueString()).isEqualTo("LATE");
            assertThat(late.headers().last(DropHeaders.MESSAGE).valueString())
                    .isEqualTo("The session from 84 to 84 is closed: the time of the stream is 100.");
        }
    }
}
