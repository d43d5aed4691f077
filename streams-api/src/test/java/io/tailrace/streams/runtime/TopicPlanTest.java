package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.EventStream;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.Repartitioned;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which topics of its own an application gets. */
class TopicPlanTest {
    private final List<Topic> topics = new ArrayList<>();

    private TopicPlanTest with(String name, int partitions) {
        topics.add(new Topic(name, UUID.randomUUID(), partitions, 1, TopicSettings.DEFAULT));
        return this;
    }

    private TopicPlan plan(Topology topology) {
        return TopicPlan.of("app", topology, topics, NewTopic.DEFAULT_REPLICAS);
    }

    private static EventStream<String, String> text(StreamBuilder builder, String... topic) {
        return builder.stream(List.of(topic), Consumed.with(Serdes.strings(), Serdes.strings()));
    }

    private static Topology count() {
        StreamBuilder builder = new StreamBuilder();
        text(builder, "in")
                .groupBy((key, value) -> value, Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"))
                .toStream()
                .to("out", Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    private static Map<String, Integer> widths(TopicPlan plan) {
        return plan.topics().stream().collect(Collectors.toMap(NewTopic::name, NewTopic::partitions));
    }

    private static TailraceException refused(Runnable work, ErrorCode code) {
        TailraceException[] why = new TailraceException[1];
        assertThatThrownBy(work::run).isInstanceOfSatisfying(TailraceException.class, e -> {
            why[0] = e;
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        });
        return why[0];
    }

    @Test
    void aTopicBetweenTwoPartsIsAsWideAsWhatIsReadIntoIt() {
        TopicPlan plan = with("in", 6).with("out", 2).plan(count());

        assertThat(widths(plan)).isEqualTo(Map.of("app-counts-repartition", 6, "app-0-tasks", 6, "app-1-tasks", 6));
        assertThat(plan.missing()).hasSize(3);
        assertThat(plan.taskLogs()).containsExactly("app-0-tasks", "app-1-tasks");
    }

    @Test
    void aPartHasAsManyTasksAsItsWidestTopicHasPartitions() {
        StreamBuilder builder = new StreamBuilder();
        text(builder, "a", "b").foreach((key, value) -> {});

        assertThat(widths(with("a", 3).with("b", 5).plan(builder.build()))).isEqualTo(Map.of("app-0-tasks", 5));
    }

    @Test
    void aGivenNumberOfPartitionsHoldsDownstream() {
        StreamBuilder builder = new StreamBuilder();
        text(builder, "in")
                .repartition(Repartitioned.<String, String>as("wide").withNumberOfPartitions(9))
                .groupBy((key, value) -> value, Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"));

        assertThat(widths(with("in", 2).plan(builder.build())))
                .isEqualTo(Map.of(
                        "app-wide-repartition", 9,
                        "app-counts-repartition", 9,
                        "app-0-tasks", 2,
                        "app-1-tasks", 9,
                        "app-2-tasks", 9));
    }

    @Test
    void whatAPartReadsOfTwoTopicsBetweenPartsIsCountedWhenBothAreKnown() {
        StreamBuilder builder = new StreamBuilder();
        EventStream<String, String> narrow = text(builder, "narrow").repartition(Repartitioned.as("n"));
        EventStream<String, String> wide =
                text(builder, "wide").repartition(Repartitioned.as("w")).repartition(Repartitioned.as("ww"));
        narrow.merge(wide).repartition(Repartitioned.as("both")).foreach((key, value) -> {});

        assertThat(widths(with("narrow", 2).with("wide", 7).plan(builder.build())))
                .containsEntry("app-n-repartition", 2)
                .containsEntry("app-ww-repartition", 7)
                .containsEntry("app-both-repartition", 7);
    }

    @Test
    void allMissingTopicsAreNamed() {
        TailraceException why = refused(() -> plan(count()), ErrorCode.UNKNOWN_TOPIC);

        assertThat(why).hasMessageContaining("in, out");
    }

    @Test
    void aTopicThatIsThereIsNotMadeAgain() {
        TopicPlan plan = with("in", 4).with("out", 4).with("app-0-tasks", 4).plan(count());

        assertThat(plan.missing()).extracting(NewTopic::name).containsExactly("app-counts-repartition", "app-1-tasks");
    }

    @Test
    void anotherWidthThanBeforeIsRefused() {
        with("in", 4).with("out", 4).with("app-0-tasks", 3);

        assertThat(refused(() -> plan(count()), ErrorCode.INCOMPATIBLE_TOPOLOGY))
                .hasMessageContaining("app-0-tasks has 3 partitions, and would have 4");
    }

    @Test
    void fewerPartsThanBeforeAreRefused() {
        with("in", 4)
                .with("out", 4)
                .with("app-2-tasks", 4)
                .with("app-x-2-tasks", 4)
                .with("other-7-tasks", 1);

        assertThat(refused(() -> plan(count()), ErrorCode.INCOMPATIBLE_TOPOLOGY))
                .hasMessageContaining("app-2-tasks belongs to a sub-topology that is no longer there");
    }

    @Test
    void tasksKnowTopicsByTheirNamesInTheTopology() {
        TopicPlan plan = with("in", 1).with("out", 1).plan(count());
        with("app-counts-repartition", 1).with("app-0-tasks", 1).with("app-1-tasks", 1);

        TaskTopics known = plan.taskTopics(topics);

        assertThat(known.byName()).containsOnlyKeys("in", "out", "counts-repartition");
        assertThat(known.find("counts-repartition"))
                .get()
                .extracting(Topic::name)
                .isEqualTo("app-counts-repartition");
    }

    @Test
    void aLongerNameOfAnApplicationHasWhatBeginsWithIt() {
        List<String> all = List.of(
                "app-0-tasks",
                "app-12-tasks",
                "app-counts-repartition",
                "app-x-0-tasks",
                "app-x-counts-repartition",
                "app-tasks",
                "app-orders",
                "apple-0-tasks",
                "in");

        assertThat(new InternalNames("app").internal(all))
                .containsExactly("app-0-tasks", "app-12-tasks", "app-counts-repartition");
        assertThat(new InternalNames("app-x").internal(all))
                .containsExactly("app-x-0-tasks", "app-x-counts-repartition");
        assertThat(new InternalNames("in").internal(all)).isEmpty();
    }

    @Test
    void logsAreCompactedAndTakeLargeCommitsAndTopicsBetweenPartsKeepTheirRecords() {
        Map<String, TopicSettings> settings = with("in", 1).with("out", 1).plan(count()).topics().stream()
                .collect(Collectors.toMap(NewTopic::name, NewTopic::settings));

        assertThat(settings.get("app-0-tasks").deletes()).isFalse();
        assertThat(settings.get("app-0-tasks").compaction().enabled()).isTrue();
        assertThat(settings.get("app-0-tasks").maxMessageBytes()).isGreaterThan(StreamSettings.LARGEST_COMMIT_BYTES);
        assertThat(settings.get("app-counts-repartition").retentionMillis()).isEqualTo(-1);
    }
}
