package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Applications whose tasks do nothing, on a real node. */
@Timeout(120)
class StreamApplicationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path data;

    private static Tailrace node;

    private final FakeTasks tasks = new FakeTasks();
    private final StreamSettings settings =
            StreamSettings.defaults().withRestartBackoff(Duration.ofMillis(10), Duration.ofMillis(100));
    private String name;

    @BeforeAll
    static void startNode() {
        node = Tailrace.start(data);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @BeforeEach
    void makeTopics(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName();
        create(name + "-in", 3);
        create(name + "-out", 1);
    }

    private static void create(String topic, int partitions) {
        done(node.topics().create(NewTopic.of(topic, partitions)));
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** Two parts of three tasks each. */
    private Topology count() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(name + "-in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupBy((key, value) -> value, Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"))
                .toStream()
                .to(name + "-out", Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    private StreamApplication start(Topology topology) {
        return StreamApplication.start(
                new ApplicationSetup(node, name, UUID.randomUUID().toString(), topology, settings, tasks::create));
    }

    private static ErrorCode failure(CompletionStage<?> stage) {
        try {
            done(stage);
            throw new AssertionError("It did not fail.");
        } catch (RuntimeException e) {
            return Failures.named(e).code();
        }
    }

    @Test
    void allTasksRunAndAllHaveCommittedWhenItIsClosed() {
        StreamApplication application = start(count());
        List<StreamState> states = Collections.synchronizedList(new ArrayList<>());
        application.onStateChange((now, before) -> states.add(now));
        done(application.whenRunning());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(done(application.tasks()))
                .extracting(task -> task.id() + " " + task.state())
                .containsExactly(
                        "0_0 RUNNING", "0_1 RUNNING", "0_2 RUNNING", "1_0 RUNNING", "1_1 RUNNING", "1_2 RUNNING"));
        assertThat(done(node.topics().list()))
                .extracting(Topic::name)
                .contains(name + "-counts-repartition", name + "-0-tasks", name + "-1-tasks");

        // Nodes hear of each other's instances a moment after they run.
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> done(StreamApplications.of(node).describe(name))
                                .instances()
                                .size()
                        == 1);
        StreamInstances seen = done(StreamApplications.of(node).describe(name));
        assertThat(seen.unanswered()).isZero();
        assertThat(seen.instances()).singleElement().satisfies(instance -> {
            assertThat(instance.node()).isEqualTo(node.nodeName());
            assertThat(instance.state()).isEqualTo(StreamState.RUNNING);
            assertThat(instance.tasks()).hasSize(6);
        });
        for (TopologyFormat format : TopologyFormat.values()) {
            assertThat(done(StreamApplications.of(node).topology(name, format)))
                    .isEqualTo(format.of(application.topology()));
        }
        assertThat(failure(StreamApplications.of(node).describe("nobody"))).isEqualTo(ErrorCode.UNKNOWN_APPLICATION);

        done(application.close());

        assertThat(application.state()).isEqualTo(StreamState.CLOSED);
        assertThat(tasks.committed).hasSize(6);
        assertThat(tasks.live()).isZero();
        assertThat(states).endsWith(StreamState.RUNNING, StreamState.CLOSING, StreamState.CLOSED);
        assertThat(done(node.groups().describe(name)).members()).isEmpty();
        done(application.close());
    }

    @Test
    void instancesShareTheTasksAndOneThatEndsGivesItsOwnBack() {
        StreamApplication one = start(count());
        done(one.whenRunning());
        StreamApplication two = start(count());
        done(two.whenRunning());
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(done(one.tasks())).hasSize(3);
            assertThat(done(two.tasks())).hasSize(3);
        });
        assertThat(tasks.committed).as("given back in order").hasSize(3);
        assertThat(tasks.live()).isEqualTo(6);

        done(one.close());

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(done(two.tasks())).hasSize(6));
        await().atMost(PATIENCE).until(() -> two.state() == StreamState.RUNNING);
        assertThat(tasks.live()).isEqualTo(6);
        done(two.close());
    }

    @Test
    void aTaskThatFailsBeginsAgainAndNoOtherIsTouched() {
        StreamApplication application = start(count());
        done(application.whenRunning());
        await().atMost(PATIENCE).until(() -> tasks.begun.size() == 6);
        tasks.failing.add(new TaskId(1, 2));

        await().atMost(PATIENCE).until(() -> tasks.begun.size() == 7);

        assertThat(tasks.begun.get(6)).isEqualTo(new TaskId(1, 2));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(done(application.tasks()))
                .allMatch(task -> task.state() == TaskStatus.State.RUNNING)
                .filteredOn(task -> task.error() != null)
                .singleElement()
                .satisfies(task -> assertThat(task.error()).contains("broken")));
        done(application.close());
    }

    @Test
    void whatIsReadHasToBeThere() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("nowhere", Consumed.with(Serdes.strings(), Serdes.strings()))
                .foreach((key, value) -> {});
        StreamApplication application = start(builder.build());

        assertThat(failure(application.whenRunning())).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(application.state()).isEqualTo(StreamState.ERROR);
        assertThat(application.failure()).hasMessageContaining("nowhere");
        done(application.close());
        assertThat(application.state()).isEqualTo(StreamState.CLOSED);
    }

    @Test
    void anotherTopologyUnderTheSameNameIsRefused() {
        StreamApplication application = start(count());
        done(application.whenRunning());
        done(application.close());
        StreamBuilder builder = new StreamBuilder();
        builder.stream(name + "-in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .foreach((key, value) -> {});

        StreamApplication other = start(builder.build());

        assertThat(failure(other.whenRunning())).isEqualTo(ErrorCode.INCOMPATIBLE_TOPOLOGY);
        done(other.close());
    }

    @Test
    void itIsClosedBeforeItsNode(@TempDir Path other) {
        StreamApplication application;
        try (Tailrace another = Tailrace.start(other)) {
            done(another.topics().create(NewTopic.of(name + "-in", 3)));
            done(another.topics().create(NewTopic.of(name + "-out", 1)));
            application = StreamApplication.start(new ApplicationSetup(
                    another, name, UUID.randomUUID().toString(), count(), settings, tasks::create));
            done(application.whenRunning());
            await().atMost(PATIENCE).until(() -> tasks.live() == 6);
        }
        assertThat(application.state()).isEqualTo(StreamState.CLOSED);
        assertThat(tasks.committed).as("stopped in order").hasSize(6);
    }

    @Test
    void afterAResetItBeginsFromNothing() {
        StreamApplication application = start(count());
        done(application.whenRunning());
        assertThat(failure(StreamApplications.of(node).reset(name))).isEqualTo(ErrorCode.GROUP_ACTIVE);
        done(application.close());

        assertThat(done(StreamApplications.of(node).reset(name)))
                .containsExactly(name + "-0-tasks", name + "-1-tasks", name + "-counts-repartition");

        assertThat(done(node.topics().list()))
                .extracting(Topic::name)
                .noneMatch(topic -> topic.startsWith(name + "-0"));
        assertThat(failure(node.groups().describe(name))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
        assertThat(failure(StreamApplications.of(node).reset(name))).isEqualTo(ErrorCode.UNKNOWN_APPLICATION);
        StreamApplication again = start(count());
        done(again.whenRunning());
        done(again.close());
    }

    @Test
    void namesThatTopicsCannotHaveAreRefused() {
        assertThatThrownBy(() -> StreamApplication.start(node, "a b", count(), settings))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
}
