package io.tailrace.test.dsl;

import static io.tailrace.test.dsl.Differential.KAFKA_TEXT;
import static io.tailrace.test.dsl.Differential.TEXT;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Named;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.Repartitioned;
import io.tailrace.streams.state.KeyValue;
import java.util.List;
import org.apache.kafka.streams.kstream.Branched;
import org.junit.jupiter.api.Test;

/** Operators that remember nothing. */
class StatelessDifferentialTest {
    private static final int RUNS = 3;
    private static final int RECORDS = 300;
    private static final Produced<String, String> OUT = Produced.with(Serdes.strings(), Serdes.strings());
    private static final org.apache.kafka.streams.kstream.Produced<String, String> KAFKA_OUT =
            org.apache.kafka.streams.kstream.Produced.with(
                    org.apache.kafka.common.serialization.Serdes.String(),
                    org.apache.kafka.common.serialization.Serdes.String());

    @Test
    void filters() {
        Differential.of(
                        builder -> builder.stream("in", KAFKA_TEXT)
                                .filter((key, value) -> value != null && value.length() == 1)
                                .filterNot((key, value) -> "k1".equals(key))
                                .to("out", KAFKA_OUT),
                        builder -> builder.stream("in", TEXT)
                                .filter((key, value) -> value != null && value.length() == 1)
                                .filterNot((key, value) -> "k1".equals(key))
                                .to("out", OUT))
                .agree(RUNS, RECORDS);
    }

    @Test
    void mappings() {
        Differential.of(
                        builder -> builder.stream("in", KAFKA_TEXT)
                                .map((key, value) -> org.apache.kafka.streams.KeyValue.pair(value, key))
                                .mapValues(value -> value == null ? "none" : value + "!")
                                .mapValues((key, value) -> key + value)
                                .selectKey((key, value) -> value)
                                .to("out", KAFKA_OUT),
                        builder -> builder.stream("in", TEXT)
                                .map((key, value) -> KeyValue.pair(value, key))
                                .mapValues(value -> value == null ? "none" : value + "!")
                                .mapValues((key, value) -> key + value)
                                .selectKey((key, value) -> value)
                                .to("out", OUT))
                .agree(RUNS, RECORDS);
    }

    @Test
    void flatMappings() {
        Differential.of(
                        builder -> builder.stream("in", KAFKA_TEXT)
                                .flatMap((key, value) -> value == null
                                        ? List.<org.apache.kafka.streams.KeyValue<String, String>>of()
                                        : List.of(
                                                org.apache.kafka.streams.KeyValue.pair(value, key),
                                                org.apache.kafka.streams.KeyValue.pair(key, value)))
                                .flatMapValues(value -> value == null ? List.of() : List.of(value, value + "?"))
                                .flatMapValues((key, value) -> List.of(key + value))
                                .to("out", KAFKA_OUT),
                        builder -> builder.stream("in", TEXT)
                                .flatMap((key, value) -> value == null
                                        ? List.<KeyValue<String, String>>of()
                                        : List.of(KeyValue.pair(value, key), KeyValue.pair(key, value)))
                                .flatMapValues(value -> value == null ? List.of() : List.of(value, value + "?"))
                                .flatMapValues((key, value) -> List.of(key + value))
                                .to("out", OUT))
                .agree(RUNS, RECORDS);
    }

    @Test
    void branchesAndMerges() {
        Differential.of(
                        List.of("in", "in2"),
                        List.of("out", "small", "rest"),
                        builder -> {
                            var one = builder.stream("in", KAFKA_TEXT);
                            var branches = one.split(org.apache.kafka.streams.kstream.Named.as("b"))
                                    .branch((key, value) -> value == null, Branched.as("-null"))
                                    .branch((key, value) -> value.length() == 1, Branched.as("-small"))
                                    .defaultBranch(Branched.as("-rest"));
                            branches.get("b-small").to("small", KAFKA_OUT);
                            branches.get("b-rest").to("rest", KAFKA_OUT);
                            branches.get("b-null")
                                    .merge(builder.stream("in2", KAFKA_TEXT))
                                    .to("out", KAFKA_OUT);
                        },
                        builder -> {
                            var one = builder.stream("in", TEXT);
                            var branches = one.split(Named.as("b"))
                                    .branch((key, value) -> value == null, Named.as("null"))
                                    .branch((key, value) -> value.length() == 1, Named.as("small"))
                                    .defaultBranch(Named.as("rest"));
                            branches.get("b-small").to("small", OUT);
                            branches.get("b-rest").to("rest", OUT);
                            branches.get("b-null")
                                    .merge(builder.stream("in2", TEXT))
                                    .to("out", OUT);
                        })
                .agree(RUNS, RECORDS);
    }

    @Test
    void throughATopicAndToTopicsByRecord() {
        Differential.of(
                        List.of("in"),
                        List.of("out-k0", "out-k1", "out-null"),
                        builder -> builder.stream("in", KAFKA_TEXT)
                                .filter((key, value) -> key == null || key.compareTo("k2") < 0)
                                .repartition(org.apache.kafka.streams.kstream.Repartitioned.as("again"))
                                .to((key, value, context) -> "out-" + key, KAFKA_OUT),
                        builder -> builder.stream("in", TEXT)
                                .filter((key, value) -> key == null || key.compareTo("k2") < 0)
                                .repartition(Repartitioned.as("again"))
                                .to(record -> "out-" + record.key(), OUT))
                .agree(RUNS, RECORDS);
    }
}
