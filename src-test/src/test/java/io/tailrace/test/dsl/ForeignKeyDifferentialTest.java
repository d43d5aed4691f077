package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.EventStream;
import io.tailrace.streams.dsl.EventTable;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.dsl.TableJoined;
import io.tailrace.streams.state.KeyValue;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** Tables of which the one names keys of the other in its values. */
class ForeignKeyDifferentialTest {
    private static final int RUNS = 3;
    private static final int RECORDS = 500;
    private static final List<String> LEFT_RIGHT = List.of("left", "right");
    private static final List<String> THREE = List.of("left", "right", "third");
    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();

    private static String plus(String left, String right) {
        return left + "+" + right;
    }

    /** Now and then no key, now and then one that is not there. */
    private static String named(String value) {
        int number = Integer.parseInt(value.replaceAll("\\D.*", ""));
        return number % 7 == 0 ? null : "k" + number % 6;
    }

    private static String namedByBoth(String key, String value) {
        String named = named(value);
        return named == null ? null : key.equals("k1") ? "k1" : named;
    }

    private static org.apache.kafka.streams.kstream.Materialized<String, String, KeyValueStore<Bytes, byte[]>>
            kafkaKept(String store) {
        return org.apache.kafka.streams.kstream.Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as(store)
                .withKeySerde(KAFKA_STRING)
                .withValueSerde(KAFKA_STRING);
    }

    private static org.apache.kafka.streams.kstream.Materialized<String, String, KeyValueStore<Bytes, byte[]>>
            kafkaText() {
        return org.apache.kafka.streams.kstream.Materialized.with(KAFKA_STRING, KAFKA_STRING);
    }

    private static Materialized<String, String> kept(String store) {
        return Materialized.<String, String>as(store).withValueSerde(Serdes.strings());
    }

    private static Materialized<String, String> text() {
        return Materialized.with(Serdes.strings(), Serdes.strings());
    }

    private static void agree(
            List<String> inputs,
            Function<StreamsBuilder, KStream<String, String>> kafka,
            Function<StreamBuilder, EventStream<String, String>> ours) {
        Differential.of(
                        inputs,
                        List.of("out"),
                        b -> kafka.apply(b)
                                .to("out", org.apache.kafka.streams.kstream.Produced.with(KAFKA_STRING, KAFKA_STRING)),
                        b -> ours.apply(b).to("out", Produced.with(Serdes.strings(), Serdes.strings())))
                .withKafkaInMemory()
                .agree(RUNS, RECORDS);
    }

    @Test
    void inner() {
        Function<String, String> named = ForeignKeyDifferentialTest::named;
        agree(
                LEFT_RIGHT,
                b -> b.table("left", KAFKA_TEXT)
                        .join(b.table("right", KAFKA_TEXT), named, ForeignKeyDifferentialTest::plus)
                        .toStream(),
                b -> b.table("left", TEXT)
                        .join(b.table("right", TEXT), named, ForeignKeyDifferentialTest::plus)
                        .toStream());
    }

    @Test
    void left() {
        Function<String, String> named = ForeignKeyDifferentialTest::named;
        agree(
                LEFT_RIGHT,
                b -> b.table("left", KAFKA_TEXT)
                        .leftJoin(b.table("right", KAFKA_TEXT), named, ForeignKeyDifferentialTest::plus)
                        .toStream(),
                b -> b.table("left", TEXT)
                        .leftJoin(b.table("right", TEXT), named, ForeignKeyDifferentialTest::plus)
                        .toStream());
    }

    @Test
    void byKeyAndValueAndKept() {
        BiFunction<String, String, String> named = ForeignKeyDifferentialTest::namedByBoth;
        agree(
                LEFT_RIGHT,
                b -> b.table("left", KAFKA_TEXT, kafkaKept("one"))
                        .join(
                                b.table("right", KAFKA_TEXT, kafkaKept("other")),
                                named,
                                ForeignKeyDifferentialTest::plus,
                                org.apache.kafka.streams.kstream.TableJoined.as("joined"),
                                kafkaKept("both"))
                        .toStream(),
                b -> b.table("left", TEXT, kept("one"))
                        .join(
                                b.table("right", TEXT, kept("other")),
                                named,
                                ForeignKeyDifferentialTest::plus,
                                TableJoined.as("joined"),
                                kept("both"))
                        .toStream());
        agree(
                LEFT_RIGHT,
                b -> b.table("left", KAFKA_TEXT, kafkaKept("one"))
                        .leftJoin(
                                b.table("right", KAFKA_TEXT),
                                named,
                                ForeignKeyDifferentialTest::plus,
                                org.apache.kafka.streams.kstream.TableJoined.as("joined"),
                                kafkaKept("both"))
                        .toStream(),
                b -> b.table("left", TEXT, kept("one"))
                        .leftJoin(
                                b.table("right", TEXT),
                                named,
                                ForeignKeyDifferentialTest::plus,
                                TableJoined.as("joined"),
                                kept("both"))
                        .toStream());
    }

    /** Employees and their managers. */
    @Test
    void aTableWithItself() {
        Function<String, String> named = ForeignKeyDifferentialTest::named;
        agree(
                List.of("in"),
                b -> {
                    KTable<String, String> table = b.table("in", KAFKA_TEXT);
                    return table.leftJoin(table, named, ForeignKeyDifferentialTest::plus)
                            .toStream();
                },
                b -> {
                    EventTable<String, String> table = b.table("in", TEXT);
                    return table.leftJoin(table, named, ForeignKeyDifferentialTest::plus)
                            .toStream();
                });
    }

    @Test
    void ofTablesThatAreComputed() {
        Function<String, String> named = ForeignKeyDifferentialTest::named;
        for (boolean left : new boolean[] {false, true}) {
            agree(
                    LEFT_RIGHT,
                    b -> {
                        KTable<String, String> one = b.table("left", KAFKA_TEXT)
                                .filter((key, value) -> !value.endsWith("5"))
                                .mapValues(value -> value + "!", kafkaText());
                        KTable<String, String> other =
                                b.table("right", KAFKA_TEXT).filter((key, value) -> value.length() == 1);
                        return (left
                                        ? one.leftJoin(other, named, ForeignKeyDifferentialTest::plus)
                                        : one.join(other, named, ForeignKeyDifferentialTest::plus))
                                .toStream();
                    },
                    b -> {
                        EventTable<String, String> one = b.table("left", TEXT)
                                .filter((key, value) -> !value.endsWith("5"))
                                .mapValues(value -> value + "!", text());
                        EventTable<String, String> other =
                                b.table("right", TEXT).filter((key, value) -> value.length() == 1);
                        return (left
                                        ? one.leftJoin(other, named, ForeignKeyDifferentialTest::plus)
                                        : one.join(other, named, ForeignKeyDifferentialTest::plus))
                                .toStream();
                    });
        }
    }

    /** Its entries, as they were, have to be right for what they are brought together by. */
    @Test
    void isAggregated() {
        Function<String, String> named = ForeignKeyDifferentialTest::named;
        agree(
                LEFT_RIGHT,
                b -> b.table("left", KAFKA_TEXT)
                        .leftJoin(b.table("right", KAFKA_TEXT), named, ForeignKeyDifferentialTest::plus, kafkaText())
                        .groupBy(
                                (key, value) -> org.apache.kafka.streams.KeyValue.pair("n" + value.length(), value),
                                org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING))
                        .aggregate(
                                () -> "0",
                                (key, value, sum) -> add(sum, 1),
                                (key, value, sum) -> add(sum, -1),
                                kafkaText())
                        .toStream(),
                b -> b.table("left", TEXT)
                        .leftJoin(
                                b.table("right", TEXT),
                                named,
                                ForeignKeyDifferentialTest::plus,
                                TableJoined.as("joined"),
                                text())
                        .groupBy(
                                (key, value) -> KeyValue.pair("n" + value.length(), value),
                                Grouped.with(Serdes.strings(), Serdes.strings()))
                        .aggregate(
                                () -> "0", (key, value, sum) -> add(sum, 1), (key, value, sum) -> add(sum, -1), text())
                        .toStream());
    }

    private static String add(String sum, int number) {
        return Integer.toString(Integer.parseInt(sum) + number);
    }

    /** Of joins by foreign key and by key. */
    @Test
    void chains() {
        Function<String, String> named = ForeignKeyDifferentialTest::named;
        agree(
                THREE,
                b -> b.table("left", KAFKA_TEXT)
                        .join(b.table("right", KAFKA_TEXT), named, ForeignKeyDifferentialTest::plus, kafkaText())
                        .outerJoin(b.table("third", KAFKA_TEXT), ForeignKeyDifferentialTest::plus)
                        .toStream(),
                b -> b.table("left", TEXT)
                        .join(
                                b.table("right", TEXT),
                                named,
                                ForeignKeyDifferentialTest::plus,
                                TableJoined.as("joined"),
                                text())
                        .outerJoin(b.table("third", TEXT), ForeignKeyDifferentialTest::plus)
                        .toStream());
        agree(
                THREE,
                b -> b.table("left", KAFKA_TEXT)
                        .join(b.table("third", KAFKA_TEXT), ForeignKeyDifferentialTest::plus, kafkaText())
                        .leftJoin(b.table("right", KAFKA_TEXT), named, ForeignKeyDifferentialTest::plus)
                        .toStream(),
                b -> b.table("left", TEXT)
                        .join(b.table("third", TEXT), ForeignKeyDifferentialTest::plus, text())
                        .leftJoin(b.table("right", TEXT), named, ForeignKeyDifferentialTest::plus)
                        .toStream());
    }

    @Test
    void byForeignKeyTwice() {
        Function<String, String> named = ForeignKeyDifferentialTest::named;
        agree(
                THREE,
                b -> b.table("left", KAFKA_TEXT)
                        .leftJoin(b.table("right", KAFKA_TEXT), named, ForeignKeyDifferentialTest::plus, kafkaText())
                        .join(b.table("third", KAFKA_TEXT), named, ForeignKeyDifferentialTest::plus)
                        .toStream(),
                b -> b.table("left", TEXT)
                        .leftJoin(
                                b.table("right", TEXT),
                                named,
                                ForeignKeyDifferentialTest::plus,
                                TableJoined.as("joined"),
                                text())
                        .join(b.table("third", TEXT), named, ForeignKeyDifferentialTest::plus)
                        .toStream());
    }
}
