package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.InternalTopic;
import io.tailrace.streams.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a comparison with Kafka Streams does not reach. */
class StreamJoinTest {
    private static final Consumed<String, String> TEXT = Consumed.with(Serdes.strings(), Serdes.strings());
    private static final StreamJoined<String, String, String> JOINED =
            StreamJoined.with(Serdes.strings(), Serdes.strings(), Serdes.strings());
    private static final JoinWindows SECOND =
            JoinWindows.ofTimeDifferenceAndGrace(Duration.ofSeconds(1), Duration.ofMillis(500));

    private static Topology outer() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("left", TEXT)
                .outerJoin(builder.stream("right", TEXT), (left, right) -> left + "+" + right, SECOND, JOINED)
                .to("out", Produced.with(Serdes.strings(), Serdes.strings()));
        return builder.build();
    }

    @Test
    void whatIsDroppedIsCounted() {
        try (TopologyTestDriver driver = new TopologyTestDriver(outer())) {
            var left = driver.createInputTopic("left", Serdes.strings(), Serdes.strings());
            var out = driver.createOutputTopic("out", Serdes.strings(), Serdes.strings());
            left.pipeInput("k", null, 10_000);
            left.pipeInput(null, null, 10_000);
            left.pipeInput("k", "now", 10_000);
            left.pipeInput("k", "kept", 7_501);
            left.pipeInput("k", "late", 7_500);
            assertThat(driver.dropped())
                    .isEqualTo(Map.of(DropReason.NULL_VALUE, 1L, DropReason.NULL_KEY, 1L, DropReason.LATE, 1L));
            assertThat(out.readRecordsToList())
                    .as("late ones have met none, which is known")
                    .containsExactly(
                            new TestRecord<>("k", "kept+null", 7_501), new TestRecord<>("k", "late+null", 7_500));
        }
    }

    @Test
    void whatComesTooLateGoesToATopic() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("left", TEXT)
                .join(
                        builder.stream("right", TEXT),
                        (left, right) -> left + "+" + right,
                        SECOND,
                        JOINED.withLateTo("late-left", "late-right"))
                .to("out", Produced.with(Serdes.strings(), Serdes.strings()));
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var left = driver.createInputTopic("left", Serdes.strings(), Serdes.strings());
            var right = driver.createInputTopic("right", Serdes.strings(), Serdes.strings());
            left.pipeInput("k", "now", 10_000);
            left.pipeInput("k", "late", 7_500);
            right.pipeInput("k", "now", 20_000);
            right.pipeInput("k", "late", 10_001);
            var lateLeft = driver.createOutputTopic("late-left", Serdes.strings(), Serdes.strings());
            var lateRight = driver.createOutputTopic("late-right", Serdes.strings(), Serdes.strings());
            TestRecord<String, String> late = lateLeft.readRecord();
            assertThat(late.value()).isEqualTo("late");
            assertThat(late.timestamp()).isEqualTo(7_500);
            assertThat(late.headers().size()).isPositive();
            assertThat(lateLeft.isEmpty()).isTrue();
            assertThat(lateRight.readKeyValuesToList()).containsExactly(KeyValue.pair("k", "late"));
            assertThat(driver.dropped()).isEqualTo(Map.of(DropReason.LATE, 2L));
        }
    }

    /** As in Kafka Streams. */
    @Test
    void headersAreThoseOfTheRecordThatBringsAResultAbout() {
        Headers first = Headers.EMPTY.with("n", "1");
        Headers second = Headers.EMPTY.with("n", "2");
        try (TopologyTestDriver driver = new TopologyTestDriver(outer())) {
            var left = driver.createInputTopic("left", Serdes.strings(), Serdes.strings());
            var right = driver.createInputTopic("right", Serdes.strings(), Serdes.strings());
            left.pipeInput(new TestRecord<>("k", "l", 10_000, first));
            right.pipeInput(new TestRecord<>("k", "r", 9_500, second));
            right.pipeInput(new TestRecord<>("alone", "r", 10_000, first));
            left.pipeInput(new TestRecord<>("k", "l", 11_501, second));
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.strings())
                            .readRecordsToList())
                    .containsExactly(
                            new TestRecord<>("k", "l+r", 10_000, second),
                            new TestRecord<>("alone", "null+r", 10_000, second));
        }
    }

    @Test
    void theTopicsOfBothSidesAreAlike() {
        StreamBuilder builder = new StreamBuilder();
        var left = builder.stream("left", TEXT).selectKey((key, value) -> value);
        left.join(builder.stream("right", TEXT), (one, other) -> one, SECOND, JOINED.withName("both"));
        left.join(left, (one, other) -> one, SECOND, JOINED.withName("itself").withStoreName("kept"));
        Topology topology = builder.build();
        assertThat(topology.internalTopics())
                .containsExactly(
                        new InternalTopic("both-left-repartition", null),
                        new InternalTopic("itself-left-repartition", null));
        assertThat(topology.copartitioned())
                .contains(Set.of("both-left-repartition", "right"))
                .allSatisfy(topics -> assertThat(topics).doesNotContain("left"));
        assertThat(topology.stores())
                .extracting(store -> store.name())
                .containsExactly("both-left-store", "both-right-store", "kept-left-store", "kept-right-store");
    }

    @Test
    void windowsThatCannotBeAreRefused() {
        List<org.assertj.core.api.ThrowableAssert.ThrowingCallable> wrong = List.of(
                () -> JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofMillis(-1)),
                () -> SECOND.before(Duration.ofMillis(-1_001)),
                () -> SECOND.after(Duration.ofMillis(-1_001)),
                () -> JoinWindows.ofTimeDifferenceAndGrace(Duration.ofSeconds(1), Duration.ofMillis(-1)));
        wrong.forEach(windows -> assertThatThrownBy(windows)
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOPOLOGY)));
        assertThat(SECOND.before(Duration.ofSeconds(-1)).after()).isEqualTo(Duration.ofSeconds(1));
    }

    /** Kafka's stores keep what such windows need for 0 ms, so it never finds it. */
    @Test
    void recordsOfTheSameMomentAreJoinedByAWindowOfNoLength() {
        StreamBuilder builder = new StreamBuilder();
        JoinWindows same = JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ZERO);
        builder.stream("left", TEXT)
                .join(builder.stream("right", TEXT), (left, right) -> left + "+" + right, same, JOINED)
                .to("out", Produced.with(Serdes.strings(), Serdes.strings()));
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var left = driver.createInputTopic("left", Serdes.strings(), Serdes.strings());
            var right = driver.createInputTopic("right", Serdes.strings(), Serdes.strings());
            left.pipeInput("k", "l", 10_000);
            right.pipeInput("k", "before", 9_999);
            right.pipeInput("k", "r", 10_000);
            right.pipeInput("k", "after", 10_001);
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.strings())
                            .readRecordsToList())
                    .containsExactly(new TestRecord<>("k", "l+r", 10_000));
        }
    }

    /** The driver's clock stands still, and results come nevertheless. */
    @Test
    void whatHasMetNoneDoesNotWaitForTheClock() {
        try (TopologyTestDriver driver = new TopologyTestDriver(outer(), Instant.EPOCH)) {
            var left = driver.createInputTopic("left", Serdes.strings(), Serdes.strings());
            var out = driver.createOutputTopic("out", Serdes.strings(), Serdes.strings());
            for (long time = 10_000; time < 20_000; time += 2_000) {
                left.pipeInput("k", "l" + time, time);
            }
            assertThat(out.readRecordsToList()).hasSize(4);
        }
    }
}
