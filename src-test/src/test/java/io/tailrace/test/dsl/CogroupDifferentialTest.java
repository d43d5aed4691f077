package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.CogroupedStream;
import io.tailrace.streams.dsl.EventTable;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.SessionWindows;
import io.tailrace.streams.dsl.SlidingWindows;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.dsl.TimeWindows;
import io.tailrace.streams.state.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several streams into one aggregate of each key. */
class CogroupDifferentialTest {
    private static final int RUNS = 3;
    private static final int RECORDS = 400;
    private static final List<String> INPUTS = List.of("a", "b", "c");
    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();

    /** One by its keys, one by other keys, one that may take a key out. */
    private static CogroupedKStream<String, String> kafka(StreamsBuilder builder) {
        return builder.stream("a", KAFKA_TEXT)
                .groupByKey(org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING))
                .<String>cogroup((key, value, all) -> all + "a" + value)
                .cogroup(
                        builder.stream("b", KAFKA_TEXT)
                                .groupBy(
                                        (key, value) -> "k" + value,
                                        org.apache.kafka.streams.kstream.Grouped.with(
                                                "by-value", KAFKA_STRING, KAFKA_STRING)),
                        (key, value, all) -> all + "b" + value)
                .cogroup(
                        builder.stream("c", KAFKA_TEXT)
                                .groupByKey(org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING)),
                        (key, value, all) -> all.length() > 20 ? null : all + "c" + value);
    }

    private static CogroupedStream<String, String> ours(StreamBuilder builder) {
        return builder.stream("a", TEXT)
                .groupByKey()
                .<String>cogroup((key, value, all) -> all + "a" + value)
                .cogroup(
                        builder.stream("b", TEXT)
                                .groupBy((key, value) -> "k" + value, Grouped.with(Serdes.strings(), Serdes.strings())),
                        (key, value, all) -> all + "b" + value)
                .cogroup(
                        builder.stream("c", TEXT).groupByKey(),
                        (key, value, all) -> all.length() > 20 ? null : all + "c" + value);
    }

    private static Materialized<String, String> kept() {
        return Materialized.with(Serdes.strings(), Serdes.strings());
    }

    private static <S extends StateStore> org.apache.kafka.streams.kstream.Materialized<String, String, S> kafkaKept() {
        return org.apache.kafka.streams.kstream.Materialized.with(KAFKA_STRING, KAFKA_STRING);
    }

    private static <K, W> Differential differential(
            Function<CogroupedKStream<String, String>, KTable<W, String>> kafka,
            Serde<W> kafkaKeys,
            Function<CogroupedStream<String, String>, EventTable<K, String>> ours) {
        return Differential.of(
                        INPUTS,
                        List.of("out"),
                        builder -> kafka.apply(kafka(builder))
                                .toStream()
                                .to("out", org.apache.kafka.streams.kstream.Produced.with(kafkaKeys, KAFKA_STRING)),
                        builder ->
                                ours.apply(ours(builder)).toStream().to("out", new Produced<>(null, null, null, null)))
                .withHeaders()
                .withKafkaInMemory();
    }

    @Test
    void aggregate() {
        differential(
                        stream -> stream.aggregate(() -> "", kafkaKept()),
                        KAFKA_STRING,
                        stream -> stream.aggregate(() -> "", kept()))
                .agree(RUNS, RECORDS);
    }

    /** What an aggregate was is known behind. */
    @Test
    void groupedByTheirFirstStream() {
        org.apache.kafka.streams.kstream.Materialized<String, String, KeyValueStore<Bytes, byte[]>> kafkaStore =
                kafkaKept();
        differential(
                        stream -> stream.aggregate(() -> "", kafkaKept())
                                .groupBy(
                                        (key, all) -> org.apache.kafka.streams.KeyValue.pair(
                                                all.substring(0, Math.min(1, all.length())), all),
                                        org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING))
                                .aggregate(
                                        () -> "",
                                        (key, value, all) -> "+" + value,
                                        (key, value, all) -> "-" + value,
                                        kafkaStore),
                        KAFKA_STRING,
                        stream -> stream.aggregate(() -> "", kept())
                                .groupBy(
                                        (key, all) -> KeyValue.pair(all.substring(0, Math.min(1, all.length())), all),
                                        Grouped.with(Serdes.strings(), Serdes.strings()))
                                .aggregate(
                                        () -> "",
                                        (key, value, all) -> "+" + value,
                                        (key, value, all) -> "-" + value,
                                        kept()))
                .agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @CsvSource({"2000, 1000, 0", "10000, 3000, 20000", "5000, 5000, 90000"})
    void inTimeWindows(long size, long advance, long grace) {
        differential(
                        stream -> stream.windowedBy(org.apache.kafka.streams.kstream.TimeWindows.ofSizeAndGrace(
                                                Duration.ofMillis(size), Duration.ofMillis(grace))
                                        .advanceBy(Duration.ofMillis(advance)))
                                .aggregate(() -> "", kafkaKept()),
                        new WindowedSerdes.TimeWindowedSerde<>(KAFKA_STRING, size),
                        stream -> stream.windowedBy(
                                        TimeWindows.ofSizeAndGrace(Duration.ofMillis(size), Duration.ofMillis(grace))
                                                .advanceBy(Duration.ofMillis(advance)))
                                .aggregate(() -> "", kept()))
                .withoutNullValues()
                .agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @CsvSource({"2000, 0", "10000, 20000", "3000, 90000"})
    void inSlidingWindows(long difference, long grace) {
        differential(
                        stream -> stream.windowedBy(
                                        org.apache.kafka.streams.kstream.SlidingWindows.ofTimeDifferenceAndGrace(
                                                Duration.ofMillis(difference), Duration.ofMillis(grace)))
                                .aggregate(() -> "", kafkaKept()),
                        new WindowedSerdes.TimeWindowedSerde<>(KAFKA_STRING, difference),
                        stream -> stream.windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(
                                        Duration.ofMillis(difference), Duration.ofMillis(grace)))
                                .aggregate(() -> "", kept()))
                .agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @CsvSource({"1500, 0", "6000, 20000", "1500, 90000"})
    void inSessions(long gap, long grace) {
        differential(
                        stream -> stream.windowedBy(
                                        org.apache.kafka.streams.kstream.SessionWindows.ofInactivityGapAndGrace(
                                                Duration.ofMillis(gap), Duration.ofMillis(grace)))
                                .aggregate(() -> "", (key, one, other) -> "(" + one + other + ")", kafkaKept()),
                        new WindowedSerdes.SessionWindowedSerde<>(KAFKA_STRING),
                        stream -> stream.windowedBy(SessionWindows.ofInactivityGapAndGrace(
                                        Duration.ofMillis(gap), Duration.ofMillis(grace)))
                                .aggregate(() -> "", (key, one, other) -> "(" + one + other + ")", kept()))
                .withoutNullValues()
                .agree(RUNS, RECORDS);
    }
}
