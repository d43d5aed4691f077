package io.tailrace.streams.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.testkit.TestRecord;
import io.tailrace.streams.testkit.TopologyTestDriver;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.SubTopology;
import io.tailrace.streams.topology.Topology;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Of joins what a comparison with another program does not show: topics, names, what is counted and what is refused. */
class JoinTest {
    private static final Consumed<String, String> TEXT = Consumed.with(Serdes.strings(), Serdes.strings());
    private static final Produced<String, String> TO = Produced.with(Serdes.strings(), Serdes.strings());

    private final StreamBuilder builder = new StreamBuilder();

    private static String plus(String left, String right) {
        return left + "+" + right;
    }

    @Test
    void whatIsJoinedHasAsManyPartitions() {
        EventTable<String, String> customers = builder.table("customers", TEXT);
        builder.stream("orders", TEXT).join(customers, JoinTest::plus).to("a", TO);
        builder.stream("clicks", TEXT)
                .selectKey((key, value) -> value)
                .leftJoin(
                        customers,
                        JoinTest::plus,
                        Joined.with(Serdes.strings(), Serdes.strings()).withName("clicked"))
                .to("b", TO);
        builder.table("one", TEXT).outerJoin(builder.table("other", TEXT), JoinTest::plus);
        Topology topology = builder.build();
        assertThat(topology.copartitioned())
                .containsExactlyInAnyOrder(
                        Set.of("orders", "customers", "clicked-repartition"), Set.of("one", "other"));
    }

    @Test
    void whatIsAggregatedTogetherHasAsManyPartitions() {
        builder.stream("a", TEXT).merge(builder.stream("b", TEXT)).groupByKey().count();
        builder.stream(List.of("c", "d"), TEXT).toTable();
        builder.stream("e", TEXT)
                .merge(builder.stream("f", TEXT))
                .groupBy((key, value) -> value, Grouped.with(Serdes.strings(), Serdes.strings()))
                .count();
        assertThat(builder.build().copartitioned()).containsExactlyInAnyOrder(Set.of("a", "b"), Set.of("c", "d"));
    }

    @Test
    void aForeignKeyJoinTalksThroughTopicsThatFitItsTables() {
        builder.table("orders", TEXT)
                .join(
                        builder.table("customers", TEXT),
                        (String order) -> order.substring(0, 1),
                        JoinTest::plus,
                        TableJoined.as("fk"),
                        Materialized.<String, String>as("joined").withValueSerde(Serdes.strings()));
        Topology topology = builder.build();
        assertThat(topology.copartitioned())
                .containsExactlyInAnyOrder(
                        Set.of("orders", "fk-subscription-response"),
                        Set.of("customers", "fk-subscription-registration"));
        assertThat(topology.subTopologies())
                .extracting(SubTopology::sourceTopics)
                .containsExactly(
                        Set.of("orders", "fk-subscription-response"),
                        Set.of("customers", "fk-subscription-registration"));
        assertThat(topology.isInternal("fk-subscription-response")).isTrue();
    }

    @Test
    void aTableIsNotJoinedWithWhatComesLater() {
        builder.stream("left", TEXT)
                .leftJoin(builder.table("right", TEXT), JoinTest::plus)
                .to("out", TO);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var left = driver.createInputTopic("left", Serdes.strings(), Serdes.strings());
            var right = driver.createInputTopic("right", Serdes.strings(), Serdes.strings());
            var out = driver.createOutputTopic("out", Serdes.strings(), Serdes.strings());
            left.pipeInput("k", "1", 10);
            right.pipeInput("k", "a", 20);
            left.pipeInput("k", "2", 15);
            right.pipeInput("k", null, 30);
            left.pipeInput("k", "3", 40);
            assertThat(out.readRecordsToList())
                    .containsExactly(
                            new TestRecord<>("k", "1+null", 10),
                            new TestRecord<>("k", "2+a", 15),
                            new TestRecord<>("k", "3+null", 40));
        }
    }

    @Test
    void whatAJoinHasNoUseForIsCounted() {
        EventTable<String, String> table = builder.table("table", TEXT);
        builder.stream("in", TEXT).join(table, JoinTest::plus).to("out", TO);
        table.join(builder.table("other", TEXT), (String value) -> (String) null, JoinTest::plus);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            in.pipeInput(null, "v");
            in.pipeInput("k", null);
            driver.createInputTopic("table", Serdes.strings(), Serdes.strings()).pipeInput("k", "v");
            assertThat(driver.dropped())
                    .containsOnlyKeys(DropReason.NULL_KEY, DropReason.NULL_VALUE, DropReason.NULL_FOREIGN_KEY);
        }
    }

    @Test
    void anAnswerForAValueThatHasChangedIsDropped() {
        builder.table("left", TEXT)
                .join(
                        builder.table("right", TEXT),
                        (String value) -> value,
                        JoinTest::plus,
                        TableJoined.as("fk"),
                        Materialized.with(Serdes.strings(), Serdes.strings()))
                .toStream()
                .to("out", TO);
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            var left = driver.createInputTopic("left", Serdes.strings(), Serdes.strings());
            var answers = driver.createInputTopic(
                    "fk-subscription-response", Serdes.strings(), ForeignKeyAnswer.serde(Serdes.strings()));
            var out = driver.createOutputTopic("out", Serdes.strings(), Serdes.strings());
            ValueHash.Hasher<String> hasher = new ValueHash.Hasher<>("any", Serdes.strings());
            left.pipeInput("k", "before");
            left.pipeInput("k", "now");
            out.readRecordsToList();
            answers.pipeInput("k", new ForeignKeyAnswer<>(hasher.hash("before"), "about what was", 0));
            assertThat(out.isEmpty()).isTrue();
            answers.pipeInput("k", new ForeignKeyAnswer<>(null, null, 0));
            assertThat(out.isEmpty()).isTrue();
            answers.pipeInput("k", new ForeignKeyAnswer<>(hasher.hash("now"), "about what is", 0));
            assertThat(out.readKeyValue()).isEqualTo(KeyValue.pair("k", "now+about what is"));
            assertThat(driver.dropped()).containsEntry(DropReason.STALE, 2L);
        }
    }

    @Test
    void aJoinThatIsKeptCanBeQueried() {
        EventTable<String, String> joined = builder.table("left", TEXT)
                .outerJoin(
                        builder.table("right", TEXT),
                        JoinTest::plus,
                        Named.as("both-sides"),
                        Materialized.<String, String>as("both").withValueSerde(Serdes.strings()));
        assertThat(joined.queryableStoreName()).isEqualTo("both");
        Topology topology = builder.build();
        assertThat(topology.node("both-sides")).isNotNull();
        try (TopologyTestDriver driver = new TopologyTestDriver(topology)) {
            driver.createInputTopic("right", Serdes.strings(), Serdes.strings()).pipeInput("k", "r", 9);
            TimestampedKeyValueStore<String, String> both = driver.store("both");
            assertThat(both.get("k")).isEqualTo(new ValueAndTimestamp<>("null+r", 9));
            driver.createInputTopic("left", Serdes.strings(), Serdes.strings()).pipeInput("k", "l", 5);
            assertThat(both.get("k")).isEqualTo(new ValueAndTimestamp<>("l+r", 9));
        }
    }

    @Test
    void aGlobalTableIsChangedByItsTopicAlone() {
        GlobalTable<String, String> table = builder.globalTable("table", TEXT, Materialized.as("global"));
        assertThat(table.queryableStoreName()).isEqualTo("global");
        builder.stream("in", TEXT).process(Putting::new, "global");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build())) {
            driver.createInputTopic("table", Serdes.strings(), Serdes.strings()).pipeInput("k", "v", 3);
            TimestampedKeyValueStore<String, String> store = driver.store("global");
            assertThat(store.get("k")).isEqualTo(new ValueAndTimestamp<>("v", 3));
            var in = driver.createInputTopic("in", Serdes.strings(), Serdes.strings());
            assertThatThrownBy(() -> in.pipeInput("k", "other"))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROCESSING_FAILED))
                    .hasMessageContaining("changed by its topic alone");
        }
    }

    /** Writes what it should only read. */
    private static final class Putting implements Processor<String, String, String, String> {
        private TimestampedKeyValueStore<String, String> store;

        @Override
        public void init(ProcessorContext<String, String> context) {
            store = context.store("global");
        }

        @Override
        public void process(StreamRecord<String, String> record) {
            store.put(record.key(), new ValueAndTimestamp<>(record.value(), record.timestamp()));
        }
    }

    @Test
    void serdesThatAreNotKnownAreAskedFor() {
        EventTable<String, Long> lengths = builder.table("left", TEXT).mapValues(value -> (long) value.length());
        EventTable<String, String> right = builder.table("right", TEXT);
        assertThatThrownBy(() -> lengths.join(right, (Long length) -> "k", (length, value) -> value + length))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOPOLOGY))
                .hasMessageContaining("the values of the left table of foreign-key-join");
        assertThatThrownBy(() -> lengths.join(right, (length, value) -> value, Materialized.as("kept")))
                .hasMessageContaining("the values of store kept");
    }
}
