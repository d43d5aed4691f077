package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.EventStream;
import io.tailrace.streams.dsl.EventTable;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Joined;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.state.KeyValue;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** Streams and tables that are joined with tables of the same keys. */
class TableJoinDifferentialTest {
    private static final int RUNS = 2;
    private static final int RECORDS = 500;
    private static final List<String> LEFT_RIGHT = List.of("left", "right");
    private static final List<String> THREE = List.of("left", "right", "third");
    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();

    private static void out(KStream<String, String> stream) {
        stream.to("out", org.apache.kafka.streams.kstream.Produced.with(KAFKA_STRING, KAFKA_STRING));
    }

    private static void out(EventStream<String, String> stream) {
        stream.to("out", Produced.with(Serdes.strings(), Serdes.strings()));
    }

    private static String plus(String left, String right) {
        return left + "+" + right;
    }

    private static String withKey(String key, String left, String right) {
        return key + ":" + left + "+" + right;
    }

    private static org.apache.kafka.streams.kstream.Materialized<String, String, KeyValueStore<Bytes, byte[]>>
            kafkaKept(String store) {
        return org.apache.kafka.streams.kstream.Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as(store)
                .withKeySerde(KAFKA_STRING)
                .withValueSerde(KAFKA_STRING);
    }

    private static Materialized<String, String> kept(String store) {
        return Materialized.<String, String>as(store).withValueSerde(Serdes.strings());
    }

    private static void agree(
            List<String> inputs,
            java.util.function.Function<StreamsBuilder, KStream<String, String>> kafka,
            java.util.function.Function<StreamBuilder, EventStream<String, String>> ours) {
        Differential.of(inputs, List.of("out"), b -> out(kafka.apply(b)), b -> out(ours.apply(b)))
                .withKafkaInMemory()
                .agree(RUNS, RECORDS);
    }

    // --- a stream and a table ----------------------------------------------------------------------------------------

    @Test
    void streamJoinTable() {
        agree(
                LEFT_RIGHT,
                b -> b.stream("left", KAFKA_TEXT).join(b.table("right", KAFKA_TEXT), TableJoinDifferentialTest::plus),
                b -> b.stream("left", TEXT).join(b.table("right", TEXT), TableJoinDifferentialTest::plus));
    }

    @Test
    void streamLeftJoinTable() {
        agree(
                LEFT_RIGHT,
                b -> b.stream("left", KAFKA_TEXT)
                        .leftJoin(b.table("right", KAFKA_TEXT), TableJoinDifferentialTest::withKey),
                b -> b.stream("left", TEXT).leftJoin(b.table("right", TEXT), TableJoinDifferentialTest::withKey));
    }

    @Test
    void rekeyedStreamJoinTable() {
        agree(
                LEFT_RIGHT,
                b -> b.stream("left", KAFKA_TEXT)
                        .selectKey((key, value) -> other(value))
                        .join(
                                b.table("right", KAFKA_TEXT),
                                TableJoinDifferentialTest::plus,
                                org.apache.kafka.streams.kstream.Joined.with(KAFKA_STRING, KAFKA_STRING, null)),
                b -> b.stream("left", TEXT)
                        .selectKey((key, value) -> other(value))
                        .join(
                                b.table("right", TEXT),
                                TableJoinDifferentialTest::plus,
                                Joined.with(Serdes.strings(), Serdes.strings())));
    }

    /** What has no key after it was given another one is joined with nothing, but not lost. */
    @Test
    void rekeyedStreamLeftJoinTable() {
        agree(
                LEFT_RIGHT,
                b -> b.stream("left", KAFKA_TEXT)
                        .selectKey((key, value) -> other(value))
                        .leftJoin(
                                b.table("right", KAFKA_TEXT),
                                TableJoinDifferentialTest::withKey,
                                org.apache.kafka.streams.kstream.Joined.with(KAFKA_STRING, KAFKA_STRING, null)),
                b -> b.stream("left", TEXT)
                        .selectKey((key, value) -> other(value))
                        .leftJoin(
                                b.table("right", TEXT),
                                TableJoinDifferentialTest::withKey,
                                Joined.with(Serdes.strings(), Serdes.strings())));
    }

    private static String other(String value) {
        return value == null || value.equals("7") ? null : "k" + value.length();
    }

    @Test
    void streamJoinsTablesThatAreComputedAndAggregated() {
        agree(
                THREE,
                b -> b.stream("left", KAFKA_TEXT)
                        .join(
                                b.table("right", KAFKA_TEXT)
                                        .filter((key, value) -> value.length() == 1)
                                        .mapValues(value -> value + "!"),
                                TableJoinDifferentialTest::plus)
                        .leftJoin(
                                b.stream("third", KAFKA_TEXT)
                                        .groupByKey()
                                        .reduce((one, other) -> one.length() > 8 ? other : one + other),
                                TableJoinDifferentialTest::plus),
                b -> b.stream("left", TEXT)
                        .join(
                                b.table("right", TEXT)
                                        .filter((key, value) -> value.length() == 1)
                                        .mapValues(value -> value + "!"),
                                TableJoinDifferentialTest::plus)
                        .leftJoin(
                                b.stream("third", TEXT)
                                        .groupByKey()
                                        .reduce((one, other) -> one.length() > 8 ? other : one + other),
                                TableJoinDifferentialTest::plus));
    }

    /** A table's own changes, joined with the table as it is after them. */
    @Test
    void streamOfATableJoinsThatTable() {
        agree(
                List.of("in"),
                b -> {
                    KTable<String, String> table = b.table("in", KAFKA_TEXT);
                    return table.toStream().leftJoin(table, TableJoinDifferentialTest::plus);
                },
                b -> {
                    EventTable<String, String> table = b.table("in", TEXT);
                    return table.toStream().leftJoin(table, TableJoinDifferentialTest::plus);
                });
    }

    // --- two tables --------------------------------------------------------------------------------------------------

    /** The three kinds, each by its name. */
    private enum Kind {
        INNER,
        LEFT,
        OUTER;

        KTable<String, String> of(KTable<String, String> one, KTable<String, String> other) {
            return switch (this) {
                case INNER -> one.join(other, TableJoinDifferentialTest::plus);
                case LEFT -> one.leftJoin(other, TableJoinDifferentialTest::plus);
                case OUTER -> one.outerJoin(other, TableJoinDifferentialTest::plus);
            };
        }

        KTable<String, String> of(KTable<String, String> one, KTable<String, String> other, String store) {
            return switch (this) {
                case INNER -> one.join(other, TableJoinDifferentialTest::plus, kafkaKept(store));
                case LEFT -> one.leftJoin(other, TableJoinDifferentialTest::plus, kafkaKept(store));
                case OUTER -> one.outerJoin(other, TableJoinDifferentialTest::plus, kafkaKept(store));
            };
        }

        EventTable<String, String> of(EventTable<String, String> one, EventTable<String, String> other) {
            return switch (this) {
                case INNER -> one.join(other, TableJoinDifferentialTest::plus);
                case LEFT -> one.leftJoin(other, TableJoinDifferentialTest::plus);
                case OUTER -> one.outerJoin(other, TableJoinDifferentialTest::plus);
            };
        }

        EventTable<String, String> of(EventTable<String, String> one, EventTable<String, String> other, String store) {
            return switch (this) {
                case INNER -> one.join(other, TableJoinDifferentialTest::plus, kept(store));
                case LEFT -> one.leftJoin(other, TableJoinDifferentialTest::plus, kept(store));
                case OUTER -> one.outerJoin(other, TableJoinDifferentialTest::plus, kept(store));
            };
        }
    }

    @Test
    void tables() {
        for (Kind kind : Kind.values()) {
            agree(
                    LEFT_RIGHT,
                    b -> kind.of(b.table("left", KAFKA_TEXT), b.table("right", KAFKA_TEXT))
                            .toStream(),
                    b -> kind.of(b.table("left", TEXT), b.table("right", TEXT)).toStream());
        }
    }

    @Test
    void tablesThatAreKept() {
        for (Kind kind : Kind.values()) {
            agree(
                    LEFT_RIGHT,
                    b -> kind.of(
                                    b.table("left", KAFKA_TEXT, kafkaKept("one")),
                                    b.table("right", KAFKA_TEXT, kafkaKept("other")),
                                    "both")
                            .toStream(),
                    b -> kind.of(b.table("left", TEXT, kept("one")), b.table("right", TEXT, kept("other")), "both")
                            .toStream());
        }
    }

    @Test
    void aTableWithItself() {
        for (Kind kind : Kind.values()) {
            agree(
                    List.of("in"),
                    b -> {
                        KTable<String, String> table = b.table("in", KAFKA_TEXT);
                        return kind.of(table, table).toStream();
                    },
                    b -> {
                        EventTable<String, String> table = b.table("in", TEXT);
                        return kind.of(table, table).toStream();
                    });
        }
    }

    /** Each kind joined by each kind, so that every way of looking a join's values up and of sending its old ones is gone. */
    @Test
    void aJoinOfAJoin() {
        for (Kind first : Kind.values()) {
            for (Kind second : Kind.values()) {
                agree(
                        THREE,
                        b -> second.of(
                                        first.of(b.table("left", KAFKA_TEXT), b.table("right", KAFKA_TEXT)),
                                        b.table("third", KAFKA_TEXT))
                                .toStream(),
                        b -> second.of(first.of(b.table("left", TEXT), b.table("right", TEXT)), b.table("third", TEXT))
                                .toStream());
                agree(
                        THREE,
                        b -> second.of(
                                        b.table("third", KAFKA_TEXT),
                                        first.of(b.table("left", KAFKA_TEXT), b.table("right", KAFKA_TEXT), "first"),
                                        "second")
                                .toStream(),
                        b -> second.of(
                                        b.table("third", TEXT),
                                        first.of(b.table("left", TEXT), b.table("right", TEXT), "first"),
                                        "second")
                                .toStream());
            }
        }
    }

    /** Filters want old values, and joins of filtered tables have to do with entries that were never let through. */
    @Test
    void filtersBeforeAndBehind() {
        BiFunction<String, String, Boolean> shortOnes = (key, value) -> value.length() == 1;
        for (Kind kind : Kind.values()) {
            agree(
                    LEFT_RIGHT,
                    b -> kind.of(
                                    b.table("left", KAFKA_TEXT).filter(shortOnes::apply),
                                    b.table("right", KAFKA_TEXT).filterNot(shortOnes::apply))
                            .filter((key, value) -> !value.contains("3"))
                            .mapValues(value -> value + "!")
                            .toStream(),
                    b -> kind.of(
                                    b.table("left", TEXT).filter(shortOnes::apply),
                                    b.table("right", TEXT).filterNot(shortOnes::apply))
                            .filter((key, value) -> !value.contains("3"))
                            .mapValues(value -> value + "!")
                            .toStream());
        }
    }

    /** What a join's entry was has to be right for it to be taken out of the group that it was in. */
    @Test
    void aJoinIsAggregated() {
        for (Kind kind : Kind.values()) {
            agree(
                    LEFT_RIGHT,
                    b -> kind.of(b.table("left", KAFKA_TEXT), b.table("right", KAFKA_TEXT))
                            .groupBy(
                                    (key, value) -> org.apache.kafka.streams.KeyValue.pair("n" + value.length(), value),
                                    org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING))
                            .aggregate(
                                    () -> "",
                                    (key, value, all) -> all + "," + value,
                                    (key, value, all) -> all.replaceFirst(
                                            java.util.regex.Pattern.quote("," + value) + "(?=,|$)", ""),
                                    org.apache.kafka.streams.kstream.Materialized.with(KAFKA_STRING, KAFKA_STRING))
                            .toStream(),
                    b -> kind.of(b.table("left", TEXT), b.table("right", TEXT))
                            .groupBy(
                                    (key, value) -> KeyValue.pair("n" + value.length(), value),
                                    Grouped.with(Serdes.strings(), Serdes.strings()))
                            .aggregate(
                                    () -> "",
                                    (key, value, all) -> all + "," + value,
                                    (key, value, all) -> all.replaceFirst(
                                            java.util.regex.Pattern.quote("," + value) + "(?=,|$)", ""),
                                    Materialized.with(Serdes.strings(), Serdes.strings()))
                            .toStream());
        }
    }

    @Test
    void aStreamJoinsAJoinOfTables() {
        for (Kind kind : Kind.values()) {
            agree(
                    THREE,
                    b -> b.stream("third", KAFKA_TEXT)
                            .leftJoin(
                                    kind.of(b.table("left", KAFKA_TEXT), b.table("right", KAFKA_TEXT)),
                                    TableJoinDifferentialTest::plus),
                    b -> b.stream("third", TEXT)
                            .leftJoin(
                                    kind.of(b.table("left", TEXT), b.table("right", TEXT)),
                                    TableJoinDifferentialTest::plus));
        }
    }

    /** A joiner may make nothing of two values. */
    @Test
    void aJoinerThatMakesNothing() {
        agree(
                LEFT_RIGHT,
                b -> b.table("left", KAFKA_TEXT)
                        .outerJoin(b.table("right", KAFKA_TEXT), TableJoinDifferentialTest::unlessAlike)
                        .filter((key, value) -> value != null)
                        .toStream(),
                b -> b.table("left", TEXT)
                        .outerJoin(b.table("right", TEXT), TableJoinDifferentialTest::unlessAlike)
                        .filter((key, value) -> value != null)
                        .toStream());
    }

    private static String unlessAlike(String left, String right) {
        return left != null && right != null && left.length() == right.length() ? null : left + "+" + right;
    }
}
