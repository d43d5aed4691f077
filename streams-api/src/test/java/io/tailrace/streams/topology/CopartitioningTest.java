package io.tailrace.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CopartitioningTest {
    private static final ProcessorSupplier<String, String, String, String> PASS_ON = () -> record -> {};

    private final TopologyBuilder builder = new TopologyBuilder();

    private void source(String topic) {
        builder.addSource("from-" + topic, Serdes.strings(), Serdes.strings(), topic);
    }

    private void internal(String topic, Integer partitions, String... parents) {
        builder.addInternalTopic(new InternalTopic(topic, partitions))
                .addSink("to-" + topic, topic, Serdes.strings(), Serdes.strings(), parents);
        source(topic);
    }

    private Map<String, Integer> partitions(Map<String, Integer> external) {
        return Copartitioning.partitions(builder.build(), external);
    }

    private static void refused(String why, Runnable what) {
        assertThatThrownBy(what::run)
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TOPOLOGY))
                .hasMessageContaining(why);
    }

    @Test
    void anInternalTopicIsAsWideAsTheWidestThatIsReadBeforeIt() {
        source("narrow");
        source("wide");
        builder.addProcessor("both", PASS_ON, "from-narrow", "from-wide");
        internal("between", null, "both");
        internal("after", null, "from-between");
        assertThat(partitions(Map.of("narrow", 2, "wide", 6)))
                .containsExactly(Map.entry("after", 6), Map.entry("between", 6));
    }

    @Test
    void anInternalTopicTakesTheNumberOfThoseThatItIsJoinedWith() {
        source("in");
        source("table");
        internal("rekeyed", null, "from-in");
        builder.copartition("from-rekeyed", "from-table");
        internal("after", null, "from-rekeyed");
        assertThat(builder.build().copartitioned()).containsExactly(Set.of("rekeyed", "table"));
        assertThat(partitions(Map.of("in", 12, "table", 3)))
                .containsEntry("rekeyed", 3)
                .containsEntry("after", 3);
    }

    @Test
    void internalTopicsAmongThemselvesTakeTheLargestNumber() {
        source("a");
        source("b");
        internal("ra", null, "from-a");
        internal("rb", null, "from-b");
        builder.copartition("from-ra", "from-rb");
        assertThat(partitions(Map.of("a", 2, "b", 5))).isEqualTo(Map.of("ra", 5, "rb", 5));
    }

    @Test
    void aNumberThatWasAskedForDecides() {
        source("a");
        source("b");
        internal("ra", 7, "from-a");
        internal("rb", null, "from-b");
        builder.copartition("from-ra", "from-rb");
        assertThat(partitions(Map.of("a", 2, "b", 5))).isEqualTo(Map.of("ra", 7, "rb", 7));
    }

    @Test
    void groupsThatHaveATopicInCommonAreOne() {
        List.of("a", "b", "c", "d", "e").forEach(this::source);
        builder.copartition("from-a", "from-b")
                .copartition("from-c", "from-d")
                .copartition("from-e")
                .copartition("from-b", "from-c");
        assertThat(builder.build().copartitioned()).containsExactly(Set.of("a", "b", "c", "d"));
    }

    @Test
    void topicsThatAreJoinedAndDifferAreRefused() {
        source("a");
        source("b");
        builder.copartition("from-a", "from-b");
        refused("{a=3, b=4}", () -> partitions(Map.of("a", 3, "b", 4)));
        assertThat(partitions(Map.of("a", 4, "b", 4))).isEmpty();
    }

    @Test
    void aNumberThatWasAskedForHasToFit() {
        source("table");
        source("in");
        internal("rekeyed", 4, "from-in");
        builder.copartition("from-rekeyed", "from-table");
        refused("{rekeyed=4, table=3}", () -> partitions(Map.of("in", 1, "table", 3)));
    }

    @Test
    void whatGoesInACircleIsSettledByWhatComesIntoIt() {
        source("in");
        builder.addInternalTopic(new InternalTopic("again", null));
        source("again");
        builder.addProcessor("both", PASS_ON, "from-in", "from-again")
                .addSink("to-again", "again", Serdes.strings(), Serdes.strings(), "both");
        assertThat(partitions(Map.of("in", 3))).isEqualTo(Map.of("again", 3));
    }

    @Test
    void whatNothingIsKnownOfIsRefused() {
        builder.addInternalTopic(new InternalTopic("nowhere", null));
        source("nowhere");
        refused("how many partitions nowhere", () -> partitions(Map.of()));
    }

    @Test
    void aTopicWhoseNumberIsNotGivenIsNamed() {
        source("in");
        internal("after", null, "from-in");
        assertThatThrownBy(() -> partitions(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("topic in ");
    }

    @Test
    void nodesThatDoNotExistAreNamed() {
        refused("no node nobody", () -> builder.copartition("nobody"));
    }
}
