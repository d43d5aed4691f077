package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.WindowStore;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.testkit.TestInputTopic;
import io.tailrace.streams.testkit.TestOutputTopic;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class WindowedStreamTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final TimeWindows TUMBLING = TimeWindows.ofSizeWithNoGrace(SECOND);

    private static Topology counting(Windows windows, UnaryOperator<WindowedStream<String, String>> how) {
        StreamBuilder builder = new StreamBuilder();
        how.apply(builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                        .groupByKey()
                        .windowedBy(windows))
                .count(Materialized.as("counts"))
                .toStream()
                .to("out");
        return builder.build();
    }

    private static TestInputTopic<String, String> in(TopologyTestDriver driver) {
        return driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
    }

    private static TestOutputTopic<Windowed<String>, Long> out(TopologyTestDriver driver) {
        return driver.createOutputTopic("out", WindowedSerdes.timeWindowed(Serdes.strings(), SECOND), Serdes.longs());
    }

    private static KeyValue<Windowed<String>, Long> count(String key, long start, long count) {
        return new KeyValue<>(new Windowed<>(key, new Window(start, start + 1_000)), count);
    }

    @Test
    void aWindowThatClosesIsToldOnceHoweverFarTimeLeaps() {
        for (Windows windows : List.of(TUMBLING, TUMBLING.advanceBy(Duration.ofMillis(500)))) {
            try (TopologyTestDriver driver = new TopologyTestDriver(
                    counting(windows, stream -> stream.emitStrategy(EmitStrategy.onWindowClose())))) {
                var in = in(driver);
                var out = out(driver);
                in.pipeInput("b", "x", 100);
                in.pipeInput("a", "x", 200);
                in.pipeInput("a", "x", 400);
                assertThat(out.isEmpty()).isTrue();
                in.pipeInput("c", "x", 1_000_000_000_000L);
                assertThat(out.readKeyValuesToList()).containsExactly(count("a", 0, 2), count("b", 0, 1));
                in.pipeInput("a", "x", 300);
                in.pipeInput("c", "x", 1_000_000_000_499L);
                assertThat(out.isEmpty()).isTrue();
                assertThat(driver.dropped()).containsEntry(DropReason.LATE, 1L);
            }
        }
    }

    @Test
    void slidingWindowsThatCloseAreToldBeforeTheyAreForgotten() {
        try (TopologyTestDriver driver = new TopologyTestDriver(counting(
                SlidingWindows.ofTimeDifferenceWithNoGrace(SECOND),
                stream -> stream.emitStrategy(EmitStrategy.onWindowClose())))) {
            var in = in(driver);
            in.pipeInput("a", "x", 5_000);
            in.pipeInput("a", "x", 5_400);
            in.pipeInput("a", "x", 9_000_000);
            assertThat(out(driver).readKeyValuesToList())
                    .containsExactly(count("a", 4_000, 1), count("a", 4_400, 2), count("a", 5_001, 1));
        }
    }

    @Test
    void recordsOfTheSameMomentShareASlidingWindowWithoutLength() {
        try (TopologyTestDriver driver = new TopologyTestDriver(
                counting(SlidingWindows.ofTimeDifferenceWithNoGrace(Duration.ZERO), stream -> stream))) {
            var in = in(driver);
            in.pipeInput("a", "x", 5_000);
            in.pipeInput("a", "x", 5_000);
            in.pipeInput("a", "x", 5_001);
            assertThat(driver.createOutputTopic("out", Serdes.bytes(), Serdes.longs())
                            .readRecordsToList())
                    .extracting(TestRecord::value)
                    .containsExactly(1L, 2L, 1L);
        }
    }

    @Test
    void lateRecordsGoToTheirTopicAsTheyWereAndSayWhy() {
        Topology topology = counting(TUMBLING, stream -> stream.lateTo("late"));
        assertThat(topology.describe()).contains("count-2-late (topic: late, dropped: LATE)");
        try (TopologyTestDriver driver = new TopologyTestDriver(topology)) {
            var in = in(driver);
            in.pipeInput("a", "x", 5_500);
            in.pipeInput(new TestRecord<>("a", "old", 1_200, Headers.EMPTY.with("mine", "yes")));
            in.pipeInput("a", "y", 5_000);
            TestRecord<String, String> late = driver.createOutputTopic("late", Serdes.strings(), Serdes.strings())
                    .readRecord();
            assertThat(late.key()).isEqualTo("a");
            assertThat(late.value()).isEqualTo("old");
            assertThat(late.timestamp()).isEqualTo(1_200);
            assertThat(text(late.headers()))
                    .containsExactly(
                            Map.entry("mine", "yes"),
                            Map.entry("__streams.dropped.reason", "LATE"),
                            Map.entry(
                                    "__streams.dropped.message",
                                    "The window that starts at 1000 is closed: the time of the stream is 5500."),
                            Map.entry("__streams.dropped.node", "count-2"),
                            Map.entry("__streams.dropped.topic", "in"),
                            Map.entry("__streams.dropped.partition", "0"),
                            Map.entry("__streams.dropped.offset", "1"));
            assertThat(out(driver).readKeyValuesToList()).containsExactly(count("a", 5_000, 1), count("a", 5_000, 2));
            assertThat(driver.dropped()).containsEntry(DropReason.LATE, 1L);
        }
    }

    private static Map<String, String> text(Headers headers) {
        Map<String, String> text = new LinkedHashMap<>();
        for (Header header : headers) {
            text.put(header.name(), Serdes.strings().deserialize("late", Objects.requireNonNull(header.value())));
        }
        return text;
    }

    /** It is dropped once, however many windows it is too late for, and counted in the others. */
    @Test
    void aRecordIsTooLateForSomeOfItsWindows() {
        try (TopologyTestDriver driver = new TopologyTestDriver(
                counting(TUMBLING.advanceBy(Duration.ofMillis(250)), stream -> stream.lateTo("late")))) {
            var in = in(driver);
            in.pipeInput("b", "x", 5_500);
            in.pipeInput("a", "x", 5_000);
            assertThat(out(driver).readKeyValuesToList().stream()
                            .filter(told ->
                                    Objects.requireNonNull(told.key()).key().equals("a"))
                            .toList())
                    .containsExactly(count("a", 4_750, 1), count("a", 5_000, 1));
            var late = driver.createOutputTopic("late", Serdes.strings(), Serdes.strings());
            assertThat(text(late.readRecord().headers()))
                    .containsEntry(
                            "__streams.dropped.message",
                            "The windows that start at 4250 to 4500 are closed: the time of the stream is 5500.");
            assertThat(late.isEmpty()).isTrue();
            assertThat(driver.dropped()).containsEntry(DropReason.LATE, 1L);
        }
    }

    @Test
    void recordsWithoutAKeyOrAValueAreDroppedAndDoNotMoveTime() {
        try (TopologyTestDriver driver = new TopologyTestDriver(counting(TUMBLING, stream -> stream))) {
            var in = in(driver);
            in.pipeInput("a", null, 9_000);
            in.pipeInput(null, "x", 9_000);
            in.pipeInput("a", "x", 500);
            assertThat(out(driver).readKeyValuesToList()).containsExactly(count("a", 0, 1));
            assertThat(driver.dropped())
                    .containsExactlyInAnyOrderEntriesOf(Map.of(DropReason.NULL_KEY, 1L, DropReason.NULL_VALUE, 1L));
        }
    }

    @Test
    void theStoreCanBeQueriedByKeyAndWindow() {
        StreamBuilder builder = new StreamBuilder();
        var table = builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupByKey()
                .windowedBy(TUMBLING)
                .count(Materialized.<String, Long>as("counts").withRetention(Duration.ofHours(1)));
        assertThat(table.queryableStoreName()).isEqualTo("counts");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = in(driver);
            in.pipeInput("a", "x", 100);
            in.pipeInput("a", "x", 900);
            in.pipeInput("a", "x", 3_000_000);
            WindowStore<String, ValueAndTimestamp<Long>> store = driver.store("counts");
            assertThat(store.fetch("a", 0)).isEqualTo(new ValueAndTimestamp<>(2L, 900));
            try (var all = store.all()) {
                assertThat(all.next())
                        .isEqualTo(new KeyValue<>(
                                new Windowed<>("a", new Window(0, 1_000)), new ValueAndTimestamp<>(2L, 900)));
            }
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        for (Runnable wrong : List.<Runnable>of(
                () -> TimeWindows.ofSizeWithNoGrace(Duration.ZERO),
                () -> TimeWindows.ofSizeAndGrace(SECOND, Duration.ofMillis(-1)),
                () -> TUMBLING.advanceBy(Duration.ofMillis(1_001)),
                () -> TUMBLING.advanceBy(Duration.ZERO),
                () -> SlidingWindows.ofTimeDifferenceWithNoGrace(Duration.ofMillis(-1)),
                () -> SlidingWindows.ofTimeDifferenceAndGrace(SECOND, Duration.ofMillis(-1)),
                () -> UnlimitedWindows.of().startOn(Instant.ofEpochMilli(-1)),
                () -> counting(UnlimitedWindows.of(), stream -> stream.emitStrategy(EmitStrategy.onWindowClose())),
                () -> new StreamBuilder()
                        .stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                                .groupByKey()
                                .windowedBy(TUMBLING)
                                .count(Materialized.<String, Long>as("counts")
                                        .withRetention(Duration.ofMillis(999))))) {
            assertThatThrownBy(wrong::run)
                    .isInstanceOfSatisfying(TailraceException.class, error -> assertThat(error.code())
                            .isEqualTo(ErrorCode.INVALID_TOPOLOGY));
        }
    }

    @Test
    void windowsMayBeAwaitedForEver() {
        try (TopologyTestDriver driver = new TopologyTestDriver(
                counting(TimeWindows.ofSizeAndGrace(SECOND, Duration.ofSeconds(Long.MAX_VALUE)), stream -> stream))) {
            var in = in(driver);
            in.pipeInput("a", "x", 1_000_000_000_000L);
            in.pipeInput("a", "x", 0);
            assertThat(out(driver).readKeyValuesToList())
                    .containsExactly(count("a", 1_000_000_000_000L, 1), count("a", 0, 1));
        }
    }
}
