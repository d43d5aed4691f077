package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.EmitStrategy;
import io.tailrace.streams.dsl.GroupedStream;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.SlidingWindows;
import io.tailrace.streams.dsl.TimeWindows;
import io.tailrace.streams.dsl.UnlimitedWindows;
import io.tailrace.streams.dsl.WindowedStream;
import io.tailrace.streams.dsl.Windows;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;
import org.apache.kafka.streams.kstream.TimeWindowedSerializer;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Windows of each kind, with and without a grace period, told when they change and when they close: counted, reduced, aggregated. */
class WindowDifferentialTest {
    private static final int RUNS = 5;
    private static final int RECORDS = 300;
    private static final Duration SIZE = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(12);
    /** When windows close, Kafka does not tell those that its store has forgotten by then. */
    private static final Duration RETENTION = Duration.ofMinutes(5);

    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();
    private static final Serde<Long> KAFKA_LONG = org.apache.kafka.common.serialization.Serdes.Long();
    private static final List<String> OUTPUTS = List.of("count", "reduce", "aggregate", "queried", "by-key");

    enum Kind {
        TUMBLING(
                grouped -> grouped.windowedBy(org.apache.kafka.streams.kstream.TimeWindows.ofSizeWithNoGrace(SIZE)),
                TimeWindows.ofSizeWithNoGrace(SIZE)),
        TUMBLING_WITH_GRACE(
                grouped -> grouped.windowedBy(org.apache.kafka.streams.kstream.TimeWindows.ofSizeAndGrace(SIZE, GRACE)),
                TimeWindows.ofSizeAndGrace(SIZE, GRACE)),
        HOPPING(
                grouped -> grouped.windowedBy(org.apache.kafka.streams.kstream.TimeWindows.ofSizeWithNoGrace(SIZE)
                        .advanceBy(Duration.ofSeconds(2))),
                TimeWindows.ofSizeWithNoGrace(SIZE).advanceBy(Duration.ofSeconds(2))),
        HOPPING_WITH_GRACE(
                grouped -> grouped.windowedBy(org.apache.kafka.streams.kstream.TimeWindows.ofSizeAndGrace(SIZE, GRACE)
                        .advanceBy(Duration.ofMillis(1_700))),
                TimeWindows.ofSizeAndGrace(SIZE, GRACE).advanceBy(Duration.ofMillis(1_700))),
        SLIDING(
                grouped -> grouped.windowedBy(
                        org.apache.kafka.streams.kstream.SlidingWindows.ofTimeDifferenceWithNoGrace(SIZE)),
                SlidingWindows.ofTimeDifferenceWithNoGrace(SIZE)),
        SLIDING_WITH_GRACE(
                grouped -> grouped.windowedBy(
                        org.apache.kafka.streams.kstream.SlidingWindows.ofTimeDifferenceAndGrace(SIZE, GRACE)),
                SlidingWindows.ofTimeDifferenceAndGrace(SIZE, GRACE)),
        UNLIMITED(
                grouped -> grouped.windowedBy(org.apache.kafka.streams.kstream.UnlimitedWindows.of()
                        .startOn(Instant.ofEpochMilli(1_020_000))),
                UnlimitedWindows.of().startOn(Instant.ofEpochMilli(1_020_000)));

        private final Function<KGroupedStream<String, String>, TimeWindowedKStream<String, String>> kafka;
        private final Windows ours;

        Kind(Function<KGroupedStream<String, String>, TimeWindowedKStream<String, String>> kafka, Windows ours) {
            this.kafka = kafka;
            this.ours = ours;
        }
    }

    @ParameterizedTest
    @EnumSource
    void toldWhenTheyChange(Kind kind) {
        differential(kind, EmitStrategy.onWindowUpdate()).withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNLIMITED")
    void toldWhenTheyClose(Kind kind) {
        differential(kind, EmitStrategy.onWindowClose()).withKafkaInMemory().agree(RUNS, RECORDS);
    }

    /** Where sliding windows cannot begin early enough. */
    @ParameterizedTest
    @EnumSource(names = {"HOPPING_WITH_GRACE", "SLIDING", "SLIDING_WITH_GRACE"})
    void fromTheBeginningOfTime(Kind kind) {
        differential(kind, EmitStrategy.onWindowUpdate())
                .startingAt(0)
                .withKafkaInMemory()
                .agree(5, 40);
        differential(kind, EmitStrategy.onWindowClose())
                .startingAt(0)
                .withKafkaInMemory()
                .agree(5, 40);
    }

    @ParameterizedTest
    @EnumSource(names = {"SLIDING", "SLIDING_WITH_GRACE"})
    void ofOneKey(Kind kind) {
        differential(kind, EmitStrategy.onWindowUpdate())
                .withKafkaInMemory()
                .withKeys(1)
                .agree(1, RECORDS);
    }

    /** Kafka's stores on disk are others than those in memory. */
    @ParameterizedTest
    @EnumSource(names = {"HOPPING", "SLIDING"})
    void besideStoresOnDisk(Kind kind) {
        differential(kind, EmitStrategy.onWindowUpdate()).agree(1, RECORDS);
        differential(kind, EmitStrategy.onWindowClose()).agree(1, RECORDS);
    }

    private static Differential differential(Kind kind, EmitStrategy emit) {
        return Differential.of(
                List.of("in"),
                OUTPUTS,
                builder -> {
                    TimeWindowedKStream<String, String> windowed = kind.kafka
                            .apply(builder.stream("in", KAFKA_TEXT)
                                    .filter((key, value) -> value != null)
                                    .groupByKey(
                                            org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING)))
                            .emitStrategy(
                                    emit == EmitStrategy.ON_WINDOW_CLOSE
                                            ? org.apache.kafka.streams.kstream.EmitStrategy.onWindowClose()
                                            : org.apache.kafka.streams.kstream.EmitStrategy.onWindowUpdate());
                    var keys = new TimeWindowedSerializer<>(KAFKA_STRING.serializer());
                    var keySerde = org.apache.kafka.common.serialization.Serdes.serdeFrom(
                            keys,
                            new org.apache.kafka.streams.kstream.TimeWindowedDeserializer<>(
                                    KAFKA_STRING.deserializer(), SIZE.toMillis()));
                    var texts = Produced.with(keySerde, KAFKA_STRING);
                    var counts = windowed.count(kafkaStore("counts", KAFKA_LONG, kind, emit));
                    counts.toStream().to("count", Produced.with(keySerde, KAFKA_LONG));
                    windowed.reduce(
                                    (one, other) -> one.length() > 10 ? other : one + other,
                                    kafkaStore("reduced", KAFKA_STRING, kind, emit))
                            .toStream()
                            .to("reduce", texts);
                    windowed.aggregate(
                                    () -> "+",
                                    (key, value, all) -> all.length() > 12 ? null : all + value,
                                    kafkaStore("aggregated", KAFKA_STRING, kind, emit))
                            .toStream()
                            .to("aggregate", texts);
                    counts.filter((key, count) -> count % 3 != 0)
                            .mapValues((key, count) -> key.key() + key.window().start() + ":" + count)
                            .toStream()
                            .to("queried", texts);
                    counts.groupBy(
                                    (key, count) -> org.apache.kafka.streams.KeyValue.pair(key.key(), count),
                                    org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_LONG))
                            .reduce(Long::sum, (sum, count) -> sum - count)
                            .toStream()
                            .to("by-key", Produced.with(KAFKA_STRING, KAFKA_LONG));
                },
                builder -> {
                    GroupedStream<String, String> grouped = builder.stream("in", TEXT)
                            .filter((key, value) -> value != null)
                            .groupByKey();
                    WindowedStream<String, String> windowed =
                            grouped.windowedBy(kind.ours).emitStrategy(emit);
                    var counts = windowed.count(store("counts", Serdes.longs(), kind, emit));
                    counts.toStream().to("count");
                    windowed.reduce(
                                    (one, other) -> one.length() > 10 ? other : one + other,
                                    store("reduced", Serdes.strings(), kind, emit))
                            .toStream()
                            .to("reduce");
                    windowed.aggregate(
                                    () -> "+",
                                    (key, value, all) -> all.length() > 12 ? null : all + value,
                                    store("aggregated", Serdes.strings(), kind, emit))
                            .toStream()
                            .to("aggregate");
                    counts.filter((key, count) -> count % 3 != 0)
                            .mapValues((key, count) -> key.key() + key.window().start() + ":" + count)
                            .toStream()
                            .to("queried", new io.tailrace.streams.dsl.Produced<>(null, Serdes.strings(), null, null));
                    counts.groupBy(
                                    (key, count) -> io.tailrace.streams.state.KeyValue.pair(key.key(), count),
                                    io.tailrace.streams.dsl.Grouped.with(Serdes.strings(), Serdes.longs()))
                            .reduce(Long::sum, (sum, count) -> sum - count)
                            .toStream()
                            .to("by-key");
                });
    }

    private static boolean keptLonger(Kind kind, EmitStrategy emit) {
        return emit == EmitStrategy.ON_WINDOW_CLOSE && kind != Kind.UNLIMITED;
    }

    private static <A> org.apache.kafka.streams.kstream.Materialized<String, A, WindowStore<Bytes, byte[]>> kafkaStore(
            String name, Serde<A> values, Kind kind, EmitStrategy emit) {
        var store = org.apache.kafka.streams.kstream.Materialized.<String, A, WindowStore<Bytes, byte[]>>as(name)
                .withKeySerde(KAFKA_STRING)
                .withValueSerde(values);
        return keptLonger(kind, emit) ? store.withRetention(RETENTION) : store;
    }

    private static <A> Materialized<String, A> store(
            String name, io.tailrace.streams.Serde<A> values, Kind kind, EmitStrategy emit) {
        Materialized<String, A> store = Materialized.<String, A>as(name).withValueSerde(values);
        return keptLonger(kind, emit) ? store.withRetention(RETENTION) : store;
    }
}
