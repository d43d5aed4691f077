package io.tailrace.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.state.Stores;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TopologyTest {
    private static Topology wordCount() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("words", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupBy((key, word) -> word, Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"))
                .toStream()
                .to("totals", Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    @Test
    void isCutWhereRecordsGoThroughATopic() {
        Topology topology = wordCount();
        assertThat(topology.subTopologies()).hasSize(2);
        assertThat(topology.subTopologies().get(0).sourceTopics()).containsExactly("words");
        assertThat(topology.subTopologies().get(1).sourceTopics()).containsExactly("counts-repartition");
        assertThat(topology.subTopologies().get(1).stores()).containsExactly("counts");
        assertThat(topology.isInternal("counts-repartition")).isTrue();
        assertThat(topology.isInternal("words")).isFalse();
    }

    @Test
    void describesItself() {
        assertThat(wordCount().describe()).isEqualTo("""
                Topology
                  Sub-topology 0
                    Source source-1 (topics: words) -> select-key-2
                    Processor select-key-2 -> counts-repartition-filter
                    Processor counts-repartition-filter -> counts-repartition-sink
                    Sink counts-repartition-sink (topic: counts-repartition)
                  Sub-topology 1
                    Source counts-repartition-source (topics: counts-repartition) -> count-3
                    Processor count-3 (stores: counts) -> to-stream-4
                    Processor to-stream-4 -> sink-5
                    Sink sink-5 (topic: totals)
                """);
    }

    @Test
    void isDrawn() {
        Topology topology = wordCount();
        assertThat(topology.mermaid())
                .startsWith("flowchart LR\n")
                .contains("n5[\"count-3\"]")
                .contains("store_0[(\"counts\")]")
                .contains("n5 -.- store_0")
                .contains("n5 --> n6");
        assertThat(topology.dot())
                .startsWith("digraph topology {")
                .contains("\"topic words\" -> \"source-1\";")
                .contains("\"sink-5\" -> \"topic totals\";")
                .contains("\"count-3\" -> \"store counts\" [style=dashed, dir=none];");
    }

    /** A stream that is joined with a table and with a global one. */
    private static Topology joined() {
        StreamBuilder builder = new StreamBuilder();
        Consumed<String, String> text = Consumed.with(Serdes.strings(), Serdes.strings());
        builder.stream("orders", text)
                .join(builder.table("customers", text), (order, customer) -> order + customer)
                .join(
                        builder.globalTable("countries", text, Materialized.as("by-country")),
                        (key, value) -> value,
                        (value, country) -> value + country)
                .to("out", Produced.with(Serdes.strings(), Serdes.strings()));
        return builder.build();
    }

    @Test
    void showsGlobalStoresBesideTheRest() {
        Topology topology = joined();
        assertThat(topology.describe()).isEqualTo("""
                Topology
                  Sub-topology 0
                    Source source-1 (topics: orders) -> join-4
                    Source table-source-2 (topics: customers) -> table-3
                    Processor table-3 (stores: table-3-store)
                    Processor join-4 (stores: table-3-store) -> global-join-6
                    Processor global-join-6 (stores: by-country) -> sink-7
                    Sink sink-7 (topic: out)
                  Global stores (each instance has a copy)
                    Source global-table-5-source (topics: countries) -> global-table-5
                    Processor global-table-5 (stores: by-country)
                  Same number of partitions: customers, orders
                """);
        assertThat(topology.mermaid())
                .contains("  subgraph global[Global stores]\n")
                .containsOnlyOnce("[(\"by-country\")]")
                .containsOnlyOnce("[(\"table-3-store\")]");
        assertThat(topology.dot()).contains("\"global-join-6\" -> \"store by-country\"");
    }

    @Test
    void aGlobalStoreBelongsToNoSubTopology() {
        Topology topology = joined();
        assertThat(topology.subTopologies()).hasSize(1);
        assertThat(topology.subTopologies().get(0).stores()).containsExactly("table-3-store");
        assertThat(topology.subTopologies().get(0).sourceTopics()).containsExactly("customers", "orders");
        assertThat(topology.globalStores())
                .containsExactly(new GlobalStore("by-country", "countries", "global-table-5-source", "global-table-5"));
        assertThat(topology.copartitioned()).containsExactly(java.util.Set.of("orders", "customers"));
        assertThat(topology.sourceTopics()).contains("countries");
    }

    @Test
    void nothingIsBehindWhatFillsAGlobalStore() {
        TopologyBuilder builder = new TopologyBuilder()
                .addGlobalStore(
                        Stores.keyValueStore("global", Serdes.strings(), Serdes.strings()),
                        "source",
                        null,
                        Serdes.strings(),
                        Serdes.strings(),
                        "topic",
                        "fill",
                        () -> record -> {});
        refused("fills a global store", () -> builder.addProcessor("p", () -> record -> {}, "fill"));
        refused("fills a global store", () -> builder.addProcessor("p", () -> record -> {}, "source"));
    }

    @Test
    void nodesThatShareAStoreBelongTogether() {
        ProcessorSupplier<String, String, String, String> nothing = () -> record -> {};
        Topology topology = new TopologyBuilder()
                .addSource("one", Serdes.strings(), Serdes.strings(), "one")
                .addSource("other", Serdes.strings(), Serdes.strings(), "other")
                .addProcessor("left", nothing, "one")
                .addProcessor("right", nothing, "other")
                .addStore(Stores.keyValueStore("shared", Serdes.strings(), Serdes.strings()), "left", "right")
                .build();
        assertThat(topology.subTopologies()).hasSize(1);
    }

    private static void refused(String why, ThrowingCallable what) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOPOLOGY))
                .hasMessageContaining(why);
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() {
        TopologyBuilder builder = new TopologyBuilder()
                .addSource("in", Serdes.strings(), Serdes.strings(), "topic")
                .addSink("out", "to", Serdes.strings(), Serdes.strings(), "in");
        refused("another node in", () -> builder.addSource("in", Serdes.strings(), Serdes.strings(), "b"));
        refused("read by another source", () -> builder.addSource("b", Serdes.strings(), Serdes.strings(), "topic"));
        refused("no node nobody", () -> builder.addProcessor("p", () -> record -> {}, "nobody"));
        refused("out of sink out", () -> builder.addProcessor("p", () -> record -> {}, "out"));
        refused("Nothing goes into p", () -> builder.addProcessor("p", () -> record -> {}));
        refused(
                "no processor nobody",
                () -> builder.addStore(Stores.keyValueStore("s", Serdes.strings(), Serdes.strings()), "nobody"));
    }

    @Test
    void aSerdeThatIsNotKnownIsAskedFor() {
        var mapped = new StreamBuilder()
                .stream("in", Consumed.with(Serdes.strings(), Serdes.strings())).mapValues(value -> 1L);
        refused("the values of out", () -> mapped.to("out"));
    }

    @Test
    void nothingIsAddedToWhatHasBeenBuilt() {
        StreamBuilder builder = new StreamBuilder();
        var stream = builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()));
        builder.build();
        refused("has been built", () -> stream.to("out"));
    }
}
