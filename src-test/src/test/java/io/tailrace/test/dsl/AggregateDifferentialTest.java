package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.state.KeyValue;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** Streams and tables that are brought together by key. */
class AggregateDifferentialTest {
    private static final int RUNS = 3;
    private static final int RECORDS = 400;
    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();
    private static final Serde<Long> KAFKA_LONG = org.apache.kafka.common.serialization.Serdes.Long();
    private static final org.apache.kafka.streams.kstream.Grouped<String, String> KAFKA_GROUPED =
            org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING);
    private static final Grouped<String, String> GROUPED = Grouped.with(Serdes.strings(), Serdes.strings());

    private static org.apache.kafka.streams.kstream.Materialized<String, String, KeyValueStore<Bytes, byte[]>>
            kafkaText() {
        return org.apache.kafka.streams.kstream.Materialized.with(KAFKA_STRING, KAFKA_STRING);
    }

    private static void out(KStream<String, String> stream) {
        stream.to("out", org.apache.kafka.streams.kstream.Produced.with(KAFKA_STRING, KAFKA_STRING));
    }

    private static void outLongs(KStream<String, Long> stream) {
        stream.to("out", org.apache.kafka.streams.kstream.Produced.with(KAFKA_STRING, KAFKA_LONG));
    }

    @Test
    void countByKey() {
        Differential.of(
                        builder -> outLongs(builder.stream("in", KAFKA_TEXT)
                                .groupByKey(KAFKA_GROUPED)
                                .count()
                                .toStream()),
                        builder -> builder.stream("in", TEXT)
                                .groupByKey(GROUPED)
                                .count()
                                .toStream()
                                .to("out", Produced.with(Serdes.strings(), Serdes.longs())))
                .agree(RUNS, RECORDS);
    }

    @Test
    void countByAnotherKey() {
        Differential.of(
                        builder -> outLongs(builder.stream("in", KAFKA_TEXT)
                                .groupBy((key, value) -> value, KAFKA_GROUPED)
                                .count()
                                .toStream()),
                        builder -> builder.stream("in", TEXT)
                                .groupBy((key, value) -> value, GROUPED)
                                .count()
                                .toStream()
                                .to("out", Produced.with(Serdes.strings(), Serdes.longs())))
                .agree(RUNS, RECORDS);
    }

    @Test
    void reduce() {
        Differential.of(
                        builder -> out(builder.stream("in", KAFKA_TEXT)
                                .groupByKey(KAFKA_GROUPED)
                                .reduce((one, other) -> one.length() > 10 ? other : one + other)
                                .toStream()),
                        builder -> builder.stream("in", TEXT)
                                .groupByKey(GROUPED)
                                .reduce((one, other) -> one.length() > 10 ? other : one + other)
                                .toStream()
                                .to("out"))
                .agree(RUNS, RECORDS);
    }

    /** An aggregate that becomes nothing takes its key out. */
    @Test
    void aggregate() {
        Differential.of(
                        builder -> out(builder.stream("in", KAFKA_TEXT)
                                .groupByKey(KAFKA_GROUPED)
                                .aggregate(
                                        () -> "+",
                                        (key, value, all) -> all.length() > 12 ? null : all + value,
                                        kafkaText())
                                .toStream()),
                        builder -> builder.stream("in", TEXT)
                                .groupByKey(GROUPED)
                                .aggregate(
                                        () -> "+",
                                        (key, value, all) -> all.length() > 12 ? null : all + value,
                                        Materialized.with(Serdes.strings(), Serdes.strings()))
                                .toStream()
                                .to("out"))
                .agree(RUNS, RECORDS);
    }

    @Test
    void tableAsItChanges() {
        Differential.of(
                        builder -> out(builder.table("in", KAFKA_TEXT).toStream()),
                        builder -> builder.table("in", TEXT).toStream().to("out"))
                .agree(RUNS, RECORDS);
    }

    @Test
    void tableOfAStream() {
        Differential.of(
                        builder -> out(builder.stream("in", KAFKA_TEXT)
                                .selectKey((key, value) -> value)
                                .toTable(kafkaText())
                                .toStream()),
                        builder -> builder.stream("in", TEXT)
                                .selectKey((key, value) -> value)
                                .toTable(Materialized.with(Serdes.strings(), Serdes.strings()))
                                .toStream()
                                .to("out"))
                .agree(RUNS, RECORDS);
    }

    @Test
    void filteredTable() {
        Differential.of(
                        builder -> out(builder.table("in", KAFKA_TEXT)
                                .filter((key, value) -> value.length() == 1)
                                .mapValues(value -> value + "!")
                                .filterNot((key, value) -> value.startsWith("3"))
                                .toStream()),
                        builder -> builder.table("in", TEXT)
                                .filter((key, value) -> value.length() == 1)
                                .mapValues(value -> value + "!")
                                .filterNot((key, value) -> value.startsWith("3"))
                                .toStream()
                                .to("out", Produced.with(Serdes.strings(), Serdes.strings())))
                .agree(RUNS, RECORDS);
    }

    /** With stores of their own, filters know what they let through before. */
    @Test
    void filteredTableInStores() {
        Differential.of(
                        builder -> out(builder.table("in", KAFKA_TEXT, kafkaText("source"))
                                .filter((key, value) -> value.length() == 1, kafkaText("filtered"))
                                .mapValues(value -> value + "!", kafkaText("mapped"))
                                .filterNot((key, value) -> value.startsWith("3"))
                                .toStream()),
                        builder -> builder.table("in", TEXT, Materialized.as("source"))
                                .filter((key, value) -> value.length() == 1, Materialized.as("filtered"))
                                .mapValues(
                                        value -> value + "!",
                                        Materialized.<String, String>as("mapped")
                                                .withValueSerde(Serdes.strings()))
                                .filterNot((key, value) -> value.startsWith("3"))
                                .toStream()
                                .to("out"))
                .agree(RUNS, RECORDS);
    }

    private static org.apache.kafka.streams.kstream.Materialized<String, String, KeyValueStore<Bytes, byte[]>>
            kafkaText(String store) {
        return org.apache.kafka.streams.kstream.Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as(store)
                .withKeySerde(KAFKA_STRING)
                .withValueSerde(KAFKA_STRING);
    }

    @Test
    void regroupedTableCounted() {
        Differential.of(
                        builder -> outLongs(builder.table("in", KAFKA_TEXT)
                                .groupBy(
                                        (key, value) ->
                                                org.apache.kafka.streams.KeyValue.pair(value.substring(0, 1), value),
                                        KAFKA_GROUPED)
                                .count()
                                .toStream()),
                        builder -> builder.table("in", TEXT)
                                .groupBy((key, value) -> KeyValue.pair(value.substring(0, 1), value), GROUPED)
                                .count()
                                .toStream()
                                .to("out", Produced.with(Serdes.strings(), Serdes.longs())))
                .agree(RUNS, RECORDS);
    }

    @Test
    void regroupedTableReducedAndAggregated() {
        Differential.of(
                        java.util.List.of("in"),
                        java.util.List.of("out", "aggregated"),
                        builder -> {
                            var grouped = builder.table("in", KAFKA_TEXT)
                                    .groupBy(
                                            (key, value) -> org.apache.kafka.streams.KeyValue.pair(
                                                    value.length() == 1 ? "short" : "long", value),
                                            KAFKA_GROUPED);
                            out(grouped.reduce(
                                            (sum, value) -> plus(sum, value, 1), (sum, value) -> plus(sum, value, -1))
                                    .toStream());
                            grouped.aggregate(
                                            () -> "100",
                                            (key, value, sum) -> plus(sum, value, 1),
                                            (key, value, sum) -> plus(sum, value, -1),
                                            kafkaText())
                                    .toStream()
                                    .to(
                                            "aggregated",
                                            org.apache.kafka.streams.kstream.Produced.with(KAFKA_STRING, KAFKA_STRING));
                        },
                        builder -> {
                            var grouped = builder.table("in", TEXT)
                                    .groupBy(
                                            (key, value) ->
                                                    KeyValue.pair(value.length() == 1 ? "short" : "long", value),
                                            GROUPED);
                            grouped.reduce((sum, value) -> plus(sum, value, 1), (sum, value) -> plus(sum, value, -1))
                                    .toStream()
                                    .to("out");
                            grouped.aggregate(
                                            () -> "100",
                                            (key, value, sum) -> plus(sum, value, 1),
                                            (key, value, sum) -> plus(sum, value, -1),
                                            Materialized.with(Serdes.strings(), Serdes.strings()))
                                    .toStream()
                                    .to("aggregated");
                        })
                .agree(RUNS, RECORDS);
    }

    private static String plus(String sum, String value, int sign) {
        return Integer.toString(Integer.parseInt(sum) + sign * Integer.parseInt(value));
    }
}
