package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.testkit.TopologyTestDriver;
import io.tailrace.streams.topology.Topology;
import java.util.List;
import org.junit.jupiter.api.Test;

class CogroupedStreamTest {
    private static GroupedStream<String, Long> numbers(StreamBuilder builder, String topic) {
        return builder.stream(topic, Consumed.with(Serdes.strings(), Serdes.longs()))
                .selectKey((key, value) -> key)
                .groupByKey(Grouped.with(Serdes.strings(), Serdes.longs()));
    }

    /** Both are sent through topics, which get names of their own. */
    @Test
    void streamsOfOtherTypesGoIntoOneAggregate() {
        StreamBuilder builder = new StreamBuilder();
        EventTable<String, Long> sums = builder.stream("texts", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupBy((key, value) -> key, Grouped.with(Serdes.strings(), Serdes.strings()))
                .<Long>cogroup((key, text, sum) -> sum + text.length())
                .cogroup(numbers(builder, "numbers"), (key, number, sum) -> sum + number)
                .aggregate(() -> 100L, Materialized.<String, Long>as("sums").withValueSerde(Serdes.longs()));
        sums.toStream().to("out");
        assertThat(sums.queryableStoreName()).isEqualTo("sums");
        Topology topology = builder.build();
        assertThat(topology.isInternal("sums-repartition")).isTrue();
        assertThat(topology.isInternal("sums-2-repartition")).isTrue();
        try (TopologyTestDriver driver = new TopologyTestDriver(topology)) {
            driver.createInputTopic("texts", Serdes.strings(), Serdes.strings()).pipeInput("k", "four", 9);
            driver.createInputTopic("numbers", Serdes.strings(), Serdes.longs()).pipeInput("k", 7L, 5);
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.longs())
                            .readKeyValuesToList())
                    .containsExactly(KeyValue.pair("k", 104L), KeyValue.pair("k", 111L));
            TimestampedKeyValueStore<String, Long> store = driver.store("sums");
            assertThat(store.get("k")).isEqualTo(new ValueAndTimestamp<>(111L, 9));
        }
    }

    @Test
    void aStreamIsNotCogroupedWithItself() {
        StreamBuilder builder = new StreamBuilder();
        GroupedStream<String, Long> grouped = numbers(builder, "numbers");
        CogroupedStream<String, Long> cogrouped = grouped.cogroup((key, number, sum) -> sum + number);
        assertThatThrownBy(() -> cogrouped.cogroup(grouped, (key, number, sum) -> sum - number))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOPOLOGY));
    }

    /** What is added to a cogroup does not change the one that it was added to. */
    @Test
    void aCogroupIsAValue() {
        StreamBuilder builder = new StreamBuilder();
        CogroupedStream<String, Long> first = numbers(builder, "one").cogroup((key, number, sum) -> sum + number);
        first.cogroup(numbers(builder, "two"), (key, number, sum) -> sum + number);
        Materialized<String, Long> kept = Materialized.<String, Long>as("sums").withValueSerde(Serdes.longs());
        first.aggregate(() -> 0L, kept).toStream().to("out");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            driver.createInputTopic("two", Serdes.strings(), Serdes.longs()).pipeInput("k", 1L);
            driver.createInputTopic("one", Serdes.strings(), Serdes.longs()).pipeInput("k", 2L);
            assertThat(driver.createOutputTopic("out", Serdes.strings(), Serdes.longs())
                            .readKeyValuesToList())
                    .isEqualTo(List.of(KeyValue.pair("k", 2L)));
        }
    }
}
