package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.EmitStrategy;
import io.tailrace.streams.dsl.EventTable;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.SessionWindowedStream;
import io.tailrace.streams.dsl.SessionWindows;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.Windowed;
import java.time.Duration;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.SessionWindowedKStream;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams brought together by key and session. */
class SessionDifferentialTest {
    private static final int RUNS = 2;
    private static final int RECORDS = 400;
    /** More than there are records in a run. */
    private static final long DISTINCT = 1024;

    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();
    private static final Serde<Long> KAFKA_LONG = org.apache.kafka.common.serialization.Serdes.Long();
    private static final Grouped<String, String> GROUPED = Grouped.with(Serdes.strings(), Serdes.strings());
    private static final org.apache.kafka.streams.kstream.Grouped<String, String> KAFKA_GROUPED =
            org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING);

    /** Gap and grace in milliseconds, and whether only closed sessions are told. */
    static Stream<Arguments> sessions() {
        return Stream.of(1, 1_500, 12_000).flatMap(gap -> Stream.of(0, 4_000, 90_000)
                .flatMap(grace -> Stream.of(false, true).map(onClose -> Arguments.of(gap, grace, onClose))));
    }

    /** Kafka's loses sessions that its store has forgotten before they were told; ours does not, so those that are told late are compared where nothing is forgotten. */
    private static <A> org.apache.kafka.streams.kstream.Materialized<String, A, SessionStore<Bytes, byte[]>> kafkaKept(
            Serde<A> values, boolean onClose) {
        org.apache.kafka.streams.kstream.Materialized<String, A, SessionStore<Bytes, byte[]>> kept =
                org.apache.kafka.streams.kstream.Materialized.with(KAFKA_STRING, values);
        return onClose ? kept.withRetention(Duration.ofDays(1)) : kept;
    }

    private static <A> Materialized<String, A> kept(io.tailrace.streams.Serde<A> values, boolean onClose) {
        Materialized<String, A> kept = Materialized.with(Serdes.strings(), values);
        return onClose ? kept.withRetention(Duration.ofDays(1)) : kept;
    }

    private static <A> Differential differential(
            int gap,
            int grace,
            boolean onClose,
            Function<
                            SessionWindowedKStream<String, String>,
                            KTable<org.apache.kafka.streams.kstream.Windowed<String>, A>>
                    kafka,
            Serde<A> kafkaSerde,
            Function<SessionWindowedStream<String, String>, EventTable<Windowed<String>, A>> ours) {
        Duration gapTime = Duration.ofMillis(gap);
        Duration graceTime = Duration.ofMillis(grace);
        Differential differential = Differential.of(
                        builder -> kafka.apply(builder.stream("in", KAFKA_TEXT)
                                        .groupByKey(KAFKA_GROUPED)
                                        .windowedBy(
                                                org.apache.kafka.streams.kstream.SessionWindows.ofInactivityGapAndGrace(
                                                        gapTime, graceTime))
                                        .emitStrategy(
                                                onClose
                                                        ? org.apache.kafka.streams.kstream.EmitStrategy.onWindowClose()
                                                        : org.apache.kafka.streams.kstream.EmitStrategy
                                                                .onWindowUpdate()))
                                .toStream()
                                .to(
                                        "out",
                                        org.apache.kafka.streams.kstream.Produced.with(
                                                new WindowedSerdes.SessionWindowedSerde<>(KAFKA_STRING), kafkaSerde)),
                        builder -> ours.apply(builder.stream("in", TEXT)
                                        .groupByKey(GROUPED)
                                        .windowedBy(SessionWindows.ofInactivityGapAndGrace(gapTime, graceTime))
                                        .emitStrategy(
                                                onClose ? EmitStrategy.onWindowClose() : EmitStrategy.onWindowUpdate()))
                                .toStream()
                                .to("out", new Produced<>(null, null, null, null)))
                .withoutNullValues()
                .withHeaders();
        // Kafka's two kinds of store have their sessions in different orders when they close; ours is that of RocksDB.
        return onClose ? differential : differential.withKafkaInMemory();
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void count(int gap, int grace, boolean onClose) {
        differential(
                        gap,
                        grace,
                        onClose,
                        stream -> stream.count(kafkaKept(KAFKA_LONG, onClose)),
                        KAFKA_LONG,
                        stream -> stream.count(kept(Serdes.longs(), onClose)))
                .agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void reduce(int gap, int grace, boolean onClose) {
        differential(
                        gap,
                        grace,
                        onClose,
                        stream -> stream.reduce(
                                (one, other) -> one.length() > 10 ? other : one + "," + other,
                                kafkaKept(KAFKA_STRING, onClose)),
                        KAFKA_STRING,
                        stream -> stream.reduce(
                                (one, other) -> one.length() > 10 ? other : one + "," + other,
                                kept(Serdes.strings(), onClose)))
                .agree(RUNS, RECORDS);
    }

    /** An aggregate that becomes nothing takes its session out. */
    @ParameterizedTest
    @MethodSource("sessions")
    void aggregate(int gap, int grace, boolean onClose) {
        differential(
                        gap,
                        grace,
                        onClose,
                        stream -> stream.aggregate(
                                () -> "+",
                                (key, value, all) -> all.length() > 12 ? null : all + value,
                                (key, one, other) -> "(" + one + other + ")",
                                kafkaKept(KAFKA_STRING, onClose)),
                        KAFKA_STRING,
                        stream -> stream.aggregate(
                                () -> "+",
                                (key, value, all) -> all.length() > 12 ? null : all + value,
                                (key, one, other) -> "(" + one + other + ")",
                                kept(Serdes.strings(), onClose)))
                .agree(RUNS, RECORDS);
    }

    /**
     * What a session was is taken out where it counted. No two records have the same time: where a session of one moment gets another value, Kafka's tells nobody what it was.
     */
    @ParameterizedTest
    @ValueSource(ints = {1_500, 12_000})
    void sessionsOfOneTableGroupedIntoAnother(int gap) {
        Duration gapTime = Duration.ofMillis(gap * DISTINCT);
        Duration graceTime = Duration.ofMillis(4_000 * DISTINCT);
        org.apache.kafka.streams.kstream.Materialized<String, String, KeyValueStore<Bytes, byte[]>> kept =
                org.apache.kafka.streams.kstream.Materialized.with(KAFKA_STRING, KAFKA_STRING);
        Differential.of(
                        builder -> builder.stream(
                                        "in",
                                        org.apache.kafka.streams.kstream.Consumed.with(KAFKA_STRING, KAFKA_STRING)
                                                .withTimestampExtractor((record, time) ->
                                                        record.timestamp() * DISTINCT + record.offset()))
                                .groupByKey(KAFKA_GROUPED)
                                .windowedBy(org.apache.kafka.streams.kstream.SessionWindows.ofInactivityGapAndGrace(
                                        gapTime, graceTime))
                                .reduce((one, other) -> one + other)
                                .filter((session, value) -> value.length() < 8)
                                .groupBy(
                                        (session, value) ->
                                                org.apache.kafka.streams.KeyValue.pair(session.key(), value),
                                        KAFKA_GROUPED)
                                .aggregate(
                                        () -> "",
                                        (key, value, all) -> all + "+" + value,
                                        (key, value, all) -> all + "-" + value,
                                        kept)
                                .toStream()
                                .to("out"),
                        builder -> builder.stream(
                                        "in",
                                        TEXT.withTimestampExtractor(
                                                (record, time) -> record.timestamp() * DISTINCT + record.offset()))
                                .groupByKey(GROUPED)
                                .windowedBy(SessionWindows.ofInactivityGapAndGrace(gapTime, graceTime))
                                .reduce((one, other) -> one + other)
                                .filter((session, value) -> value.length() < 8)
                                .groupBy((session, value) -> KeyValue.pair(session.key(), value), GROUPED)
                                .aggregate(
                                        () -> "",
                                        (key, value, all) -> all + "+" + value,
                                        (key, value, all) -> all + "-" + value,
                                        Materialized.with(Serdes.strings(), Serdes.strings()))
                                .toStream()
                                .to("out"))
                .withoutNullValues()
                .withKafkaInMemory()
                .agree(RUNS, 200);
    }
}
