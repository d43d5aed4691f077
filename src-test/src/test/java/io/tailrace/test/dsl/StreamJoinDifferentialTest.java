package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.EventStream;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.JoinWindows;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamJoined;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two streams that are joined. With values that are {@code null} against Kafka's default stores alone: those that it has in memory let such a value move the time of
 * the store, and forget earlier.
 */
class StreamJoinDifferentialTest {
    private static final int RUNS = 2;
    private static final int RECORDS = 600;
    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();

    private static final StreamJoined<String, String, String> JOINED =
            StreamJoined.with(Serdes.strings(), Serdes.strings(), Serdes.strings());
    private static final org.apache.kafka.streams.kstream.StreamJoined<String, String, String> KAFKA_JOINED =
            org.apache.kafka.streams.kstream.StreamJoined.with(KAFKA_STRING, KAFKA_STRING, KAFKA_STRING);
    private static final Produced<String, String> OUT = Produced.with(Serdes.strings(), Serdes.strings());
    private static final org.apache.kafka.streams.kstream.Produced<String, String> KAFKA_OUT =
            org.apache.kafka.streams.kstream.Produced.with(KAFKA_STRING, KAFKA_STRING);

    /** The kinds of join, on both sides of the comparison. */
    private enum Kind {
        INNER,
        LEFT,
        OUTER;

        KStream<String, String> kafka(
                KStream<String, String> left,
                KStream<String, String> right,
                org.apache.kafka.streams.kstream.JoinWindows windows) {
            org.apache.kafka.streams.kstream.ValueJoinerWithKey<String, String, String, String> joiner =
                    StreamJoinDifferentialTest::pair;
            return switch (this) {
                case INNER -> left.join(right, joiner, windows, KAFKA_JOINED);
                case LEFT -> left.leftJoin(right, joiner, windows, KAFKA_JOINED);
                case OUTER -> left.outerJoin(right, joiner, windows, KAFKA_JOINED);
            };
        }

        EventStream<String, String> ours(
                EventStream<String, String> left, EventStream<String, String> right, JoinWindows windows) {
            return switch (this) {
                case INNER -> left.join(right, StreamJoinDifferentialTest::pair, windows, JOINED);
                case LEFT -> left.leftJoin(right, StreamJoinDifferentialTest::pair, windows, JOINED);
                case OUTER -> left.outerJoin(right, StreamJoinDifferentialTest::pair, windows, JOINED);
            };
        }
    }

    private static String pair(String key, String left, String right) {
        return key + ":" + left + "+" + right;
    }

    /** Milliseconds before, after and of grace. */
    private static org.apache.kafka.streams.kstream.JoinWindows kafkaWindows(long before, long after, long grace) {
        return org.apache.kafka.streams.kstream.JoinWindows.ofTimeDifferenceAndGrace(
                        Duration.ofMillis(Math.max(Math.abs(before), Math.abs(after))), Duration.ofMillis(grace))
                .after(Duration.ofMillis(after))
                .before(Duration.ofMillis(before));
    }

    private static JoinWindows windows(long before, long after, long grace) {
        return new JoinWindows(Duration.ofMillis(before), Duration.ofMillis(after), Duration.ofMillis(grace));
    }

    private static Differential joined(Kind kind, long before, long after, long grace) {
        return Differential.of(
                List.of("left", "right"),
                List.of("out"),
                builder -> kind.kafka(
                                builder.stream("left", KAFKA_TEXT),
                                builder.stream("right", KAFKA_TEXT),
                                kafkaWindows(before, after, grace))
                        .to("out", KAFKA_OUT),
                builder -> kind.ours(
                                builder.stream("left", TEXT),
                                builder.stream("right", TEXT),
                                windows(before, after, grace))
                        .to("out", OUT));
    }

    @ParameterizedTest
    @EnumSource
    void withoutGrace(Kind kind) {
        joined(kind, 3_000, 3_000, 0).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void withGrace(Kind kind) {
        joined(kind, 3_000, 3_000, 4_000).agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void ofOneKey(Kind kind) {
        joined(kind, 2_000, 2_000, 1_000).withKeys(1).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void ofManyKeys(Kind kind) {
        joined(kind, 10_000, 10_000, 5_000).withKeys(200).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void withinTheSameMillisecond(Kind kind) {
        joined(kind, 0, 0, 1_000).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void onlyBeforeOrOnlyAfter(Kind kind) {
        joined(kind, 5_000, 0, 1_000).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
        joined(kind, 0, 5_000, 1_000).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
        joined(kind, 1_000, 6_000, 0).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    /** The other record has to be some time away. */
    @ParameterizedTest
    @EnumSource
    void windowsThatDoNotHoldTheRecordItself(Kind kind) {
        joined(kind, -500, 4_000, 1_000).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
        joined(kind, 4_000, -500, 1_000).withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void withoutNulls(Kind kind) {
        joined(kind, 3_000, 3_000, 2_000).withoutNullKeys().withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void withItself(Kind kind) {
        Differential.of(
                        builder -> {
                            var in = builder.stream("in", KAFKA_TEXT);
                            kind.kafka(in, in, kafkaWindows(2_000, 1_000, 500)).to("out", KAFKA_OUT);
                        },
                        builder -> {
                            var in = builder.stream("in", TEXT);
                            kind.ours(in, in, windows(2_000, 1_000, 500)).to("out", OUT);
                        })
                .agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void rekeyed(Kind kind) {
        Differential.of(
                        List.of("left", "right"),
                        List.of("out"),
                        builder -> kind.kafka(
                                        builder.stream("left", KAFKA_TEXT).selectKey((key, value) -> value),
                                        builder.stream("right", KAFKA_TEXT).selectKey((key, value) -> value),
                                        kafkaWindows(3_000, 3_000, 1_000))
                                .to("out", KAFKA_OUT),
                        builder -> kind.ours(
                                        builder.stream("left", TEXT).selectKey((key, value) -> value),
                                        builder.stream("right", TEXT).selectKey((key, value) -> value),
                                        windows(3_000, 3_000, 1_000))
                                .to("out", OUT))
                .withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void rekeyedWithItself(Kind kind) {
        Differential.of(
                        builder -> {
                            var in = builder.stream("in", KAFKA_TEXT).selectKey((key, value) -> key + value);
                            kind.kafka(in, in, kafkaWindows(3_000, 3_000, 1_000)).to("out", KAFKA_OUT);
                        },
                        builder -> {
                            var in = builder.stream("in", TEXT).selectKey((key, value) -> key + value);
                            kind.ours(in, in, windows(3_000, 3_000, 1_000)).to("out", OUT);
                        })
                .withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    /** What is joined is joined again. */
    @ParameterizedTest
    @EnumSource
    void joinOfAJoin(Kind kind) {
        Differential.of(
                        List.of("left", "right", "third"),
                        List.of("out"),
                        builder -> {
                            var both = kind.kafka(
                                    builder.stream("left", KAFKA_TEXT),
                                    builder.stream("right", KAFKA_TEXT),
                                    kafkaWindows(2_000, 2_000, 1_000));
                            kind.kafka(both, builder.stream("third", KAFKA_TEXT), kafkaWindows(1_000, 4_000, 500))
                                    .to("out", KAFKA_OUT);
                        },
                        builder -> {
                            var both = kind.ours(
                                    builder.stream("left", TEXT),
                                    builder.stream("right", TEXT),
                                    windows(2_000, 2_000, 1_000));
                            kind.ours(both, builder.stream("third", TEXT), windows(1_000, 4_000, 500))
                                    .to("out", OUT);
                        })
                .withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }

    @Test
    void joinThenAggregate() {
        Differential.of(
                        List.of("left", "right"),
                        List.of("out"),
                        builder -> Kind.LEFT
                                .kafka(
                                        builder.stream("left", KAFKA_TEXT),
                                        builder.stream("right", KAFKA_TEXT),
                                        kafkaWindows(2_000, 2_000, 1_000))
                                .groupBy(
                                        (key, value) -> value.substring(value.length() - 1),
                                        org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING))
                                .aggregate(
                                        () -> "",
                                        (key, value, all) -> all.length() > 60 ? value : all + value,
                                        org.apache.kafka.streams.kstream.Materialized
                                                .<String, String, KeyValueStore<Bytes, byte[]>>with(
                                                        KAFKA_STRING, KAFKA_STRING))
                                .toStream()
                                .to("out", KAFKA_OUT),
                        builder -> Kind.LEFT
                                .ours(
                                        builder.stream("left", TEXT),
                                        builder.stream("right", TEXT),
                                        windows(2_000, 2_000, 1_000))
                                .groupBy(
                                        (key, value) -> value.substring(value.length() - 1),
                                        Grouped.with(Serdes.strings(), Serdes.strings()))
                                .aggregate(
                                        () -> "",
                                        (key, value, all) -> all.length() > 60 ? value : all + value,
                                        Materialized.with(Serdes.strings(), Serdes.strings()))
                                .toStream()
                                .to("out", OUT))
                .withoutNullValues().withKafkaInMemory().agree(RUNS, RECORDS);
    }
}
