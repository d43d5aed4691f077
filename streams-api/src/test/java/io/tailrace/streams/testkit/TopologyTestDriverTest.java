package io.tailrace.streams.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.KeyValueStore;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.PunctuationType;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.Topology;
import io.tailrace.streams.topology.TopologyBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class TopologyTestDriverTest {
    private static Topology counting() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("words", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupBy((key, word) -> word, Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"))
                .toStream()
                .to("totals", Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    @Test
    void aRecordHasGoneThroughWhenItIsIn() {
        try (TopologyTestDriver driver = new TopologyTestDriver(counting())) {
            var words = driver.createInputTopic(
                    "words", Serdes.strings(), Serdes.strings(), Instant.ofEpochMilli(100), Duration.ofMillis(10));
            var totals = driver.createOutputTopic("totals", Serdes.strings(), Serdes.longs());
            words.pipeValueList(List.of("b", "a", "b"));
            assertThat(totals.readRecordsToList())
                    .containsExactly(
                            new TestRecord<>("b", 1L, 100),
                            new TestRecord<>("a", 1L, 110),
                            new TestRecord<>("b", 2L, 120));
            assertThat(totals.isEmpty()).isTrue();
            assertThatThrownBy(totals::readValue).isInstanceOf(NoSuchElementException.class);
            TimestampedKeyValueStore<String, Long> counts = driver.store("counts");
            assertThat(counts.get("b")).isEqualTo(new ValueAndTimestamp<>(2L, 120));
            try (var all = counts.all()) {
                assertThat(all).toIterable().extracting(KeyValue::key).containsExactly("a", "b");
            }
            // What went through the topic in between can be read as well.
            assertThat(driver.createOutputTopic("counts-repartition", Serdes.strings(), Serdes.strings())
                            .queueSize())
                    .isEqualTo(3);
        }
    }

    @Test
    void whatAnOperatorHasNoUseForIsCounted() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(
                        "in",
                        Consumed.with(Serdes.strings(), Serdes.strings())
                                .withTimestampExtractor(
                                        (record, time) -> "skip".equals(record.value()) ? -1 : record.timestamp()))
                .groupByKey()
                .count();
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            in.pipeInput(null, "v");
            in.pipeInput("k", null);
            in.pipeInput("k", null);
            in.pipeInput("k", "skip");
            assertThat(driver.dropped())
                    .containsOnlyKeys(DropReason.NULL_KEY, DropReason.NULL_VALUE, DropReason.NEGATIVE_TIMESTAMP)
                    .containsEntry(DropReason.NULL_VALUE, 2L);
        }
    }

    @Test
    void headersAndTimestampsGoAlong() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .mapValues(value -> value + "!")
                .to("out", Produced.with(Serdes.strings(), Serdes.strings()));
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            Headers headers = Headers.EMPTY.with("trace", "7");
            driver.createInputTopic("in", Serdes.strings(), Serdes.strings())
                    .pipeInput(new TestRecord<>("k", "v", 5, headers));
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.strings())
                            .readRecord())
                    .isEqualTo(new TestRecord<>("k", "v!", 5, headers));
        }
    }

    /** Says when it was called, and remembers in a store how often. */
    private static final class Ticking implements Processor<String, String, String, String> {
        private final PunctuationType type;
        private final List<Long> calls;

        Ticking(PunctuationType type, List<Long> calls) {
            this.type = type;
            this.calls = calls;
        }

        @Override
        public void init(ProcessorContext<String, String> context) {
            KeyValueStore<String, Long> store = context.store("calls");
            context.schedule(Duration.ofMillis(10), type, time -> {
                calls.add(time);
                store.put("n", (long) calls.size());
                context.forward(StreamRecord.of("tick", Long.toString(time), time));
            });
        }

        @Override
        public void process(StreamRecord<String, String> record) {}
    }

    private static Topology ticking(PunctuationType type, List<Long> calls) {
        ProcessorSupplier<String, String, String, String> ticking = () -> new Ticking(type, calls);
        return new TopologyBuilder()
                .addSource("in", Serdes.strings(), Serdes.strings(), "in")
                .addProcessor("tick", ticking, "in")
                .addStore(Stores.keyValueStore("calls", Serdes.strings(), Serdes.longs()), "tick")
                .addSink("out", "out", Serdes.strings(), Serdes.strings(), "tick")
                .build();
    }

    @Test
    void streamTimePunctuatesWithTheEvents() {
        List<Long> calls = new ArrayList<>();
        try (TopologyTestDriver driver = new TopologyTestDriver(ticking(PunctuationType.STREAM_TIME, calls))) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            in.pipeInput("k", "v", 3);
            in.pipeInput("k", "v", 7);
            in.pipeInput("k", "v", 10);
            in.pipeInput("k", "late", 1);
            in.pipeInput("k", "v", 58);
            in.pipeInput("k", "v", 59);
            in.pipeInput("k", "v", 60);
            assertThat(calls).as("once, however many intervals have passed").containsExactly(3L, 10L, 58L, 60L);
            KeyValueStore<String, Long> store = driver.store("calls");
            assertThat(store.get("n")).isEqualTo(4);
        }
    }

    @Test
    void wallClockPunctuatesWhenTheTestSaysSo() {
        List<Long> calls = new ArrayList<>();
        try (TopologyTestDriver driver =
                new TopologyTestDriver(ticking(PunctuationType.WALL_CLOCK_TIME, calls), Instant.ofEpochMilli(1000))) {
            driver.createInputTopic("in", Serdes.strings(), Serdes.strings()).pipeInput("k", "v", 5000);
            assertThat(calls).isEmpty();
            driver.advanceWallClockTime(Duration.ofMillis(9));
            assertThat(calls).isEmpty();
            driver.advanceWallClockTime(Duration.ofMillis(1));
            driver.advanceWallClockTime(Duration.ofMillis(25));
            assertThat(calls).containsExactly(1010L, 1035L);
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.strings())
                            .readKeyValuesToList())
                    .containsExactly(KeyValue.pair("tick", "1010"), KeyValue.pair("tick", "1035"));
        }
    }

    @Test
    void aFunctionThatThrowsIsNamedWithItsRecord() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .mapValues(value -> value + "!")
                .foreach((key, value) -> {
                    throw new IllegalStateException("no " + value);
                });
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            assertThatThrownBy(() -> in.pipeInput("k", "v"))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROCESSING_FAILED))
                    .hasMessageContainingAll("foreach-3", "in/0/0", "no v!");
        }
    }

    @Test
    void bytesThatAreNoRecordAreNamed() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.longs(), Serdes.longs())).foreach((key, value) -> {});
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            assertThatThrownBy(() -> in.pipeInput("k", "v"))
                    .isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                            .isEqualTo(ErrorCode.SERIALIZATION_FAILED))
                    .hasMessageContaining("in/0/0");
        }
    }

    @Test
    void whatTheTopologyDoesNotReadCannotBeFed() {
        try (TopologyTestDriver driver = new TopologyTestDriver(counting())) {
            assertThatThrownBy(() -> driver.createInputTopic("other", Serdes.strings(), Serdes.strings()))
                    .hasMessageContaining("does not read topic other");
            assertThatThrownBy(() -> driver.store("other")).hasMessageContaining("no store other");
        }
    }
}
