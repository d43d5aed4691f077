package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.EventStream;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.KStream;
import org.junit.jupiter.api.Test;

/** Streams that are joined with tables of which every instance has a copy. */
class GlobalTableDifferentialTest {
    private static final int RUNS = 2;
    private static final int RECORDS = 500;
    private static final Serde<String> KAFKA_STRING = org.apache.kafka.common.serialization.Serdes.String();

    private static String plus(String left, String right) {
        return left + "+" + right;
    }

    private static String withKey(String key, String left, String right) {
        return key + ":" + left + "+" + right;
    }

    /** Now and then no key, now and then one that is not there. */
    private static String selected(String key, String value) {
        return value == null || value.equals("7") ? null : key == null ? "k2" : "k" + Integer.parseInt(value) % 6;
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
        agree(
                List.of("left", "right"),
                b -> b.stream("left", KAFKA_TEXT)
                        .join(
                                b.globalTable("right", KAFKA_TEXT),
                                GlobalTableDifferentialTest::selected,
                                GlobalTableDifferentialTest::plus),
                b -> b.stream("left", TEXT)
                        .join(
                                b.globalTable("right", TEXT),
                                GlobalTableDifferentialTest::selected,
                                GlobalTableDifferentialTest::plus));
    }

    @Test
    void left() {
        agree(
                List.of("left", "right"),
                b -> b.stream("left", KAFKA_TEXT)
                        .leftJoin(
                                b.globalTable("right", KAFKA_TEXT),
                                GlobalTableDifferentialTest::selected,
                                GlobalTableDifferentialTest::withKey),
                b -> b.stream("left", TEXT)
                        .leftJoin(
                                b.globalTable("right", TEXT),
                                GlobalTableDifferentialTest::selected,
                                GlobalTableDifferentialTest::withKey));
    }

    /** One that is written by the topology itself, and looked into in two of its parts. */
    @Test
    void oneTableForSeveralStreams() {
        agree(
                List.of("left", "third"),
                b -> {
                    GlobalKTable<String, String> table = b.globalTable("between", KAFKA_TEXT);
                    b.stream("third", KAFKA_TEXT)
                            .filter((key, value) -> value == null || value.length() == 1)
                            .to("between", org.apache.kafka.streams.kstream.Produced.with(KAFKA_STRING, KAFKA_STRING));
                    return b.stream("left", KAFKA_TEXT)
                            .leftJoin(table, (key, value) -> key, GlobalTableDifferentialTest::plus)
                            .groupBy(
                                    (key, value) -> "n" + value.length(),
                                    org.apache.kafka.streams.kstream.Grouped.with(KAFKA_STRING, KAFKA_STRING))
                            .reduce((one, other) -> other)
                            .toStream()
                            .join(table, (key, value) -> "k" + value.length() % 5, GlobalTableDifferentialTest::plus);
                },
                b -> {
                    var table = b.globalTable("between", TEXT, Materialized.as("looked-into"));
                    b.stream("third", TEXT)
                            .filter((key, value) -> value == null || value.length() == 1)
                            .to("between");
                    return b.stream("left", TEXT)
                            .leftJoin(table, (key, value) -> key, GlobalTableDifferentialTest::plus)
                            .groupBy(
                                    (key, value) -> "n" + value.length(),
                                    Grouped.with(Serdes.strings(), Serdes.strings()))
                            .reduce((one, other) -> other)
                            .toStream()
                            .join(table, (key, value) -> "k" + value.length() % 5, GlobalTableDifferentialTest::plus);
                });
    }
}
