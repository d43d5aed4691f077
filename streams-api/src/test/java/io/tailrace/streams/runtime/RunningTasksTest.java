package io.tailrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.SubTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/** What becomes of tasks as they come, go, and fail. */
class RunningTasksTest implements RunningTasks.Lives {
    private static final UUID TOPIC = new UUID(1, 1);
    private static final PartitionId LOG = new PartitionId(TOPIC, 0);
    private static final PartitionId OTHER = new PartitionId(TOPIC, 1);

    private final List<String> events = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final StreamSettings settings =
            StreamSettings.defaults().withRestartBackoff(Duration.ofMillis(100), Duration.ofMillis(500));
    private final RunningTasks tasks = new RunningTasks("app", settings, this);
    private final SubTopology part = part();

    private static SubTopology part() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings())).foreach((key, value) -> {});
        return builder.build().subTopologies().get(0);
    }

    @Override
    public ActorRef<TaskActor.Command> begin(TaskSlot task) {
        events.add("begin " + task.id);
        return TestInbox.<TaskActor.Command>create().getRef();
    }

    @Override
    public void stop(ActorRef<TaskActor.Command> life) {
        events.add("stop");
    }

    @Override
    public void kill(ActorRef<TaskActor.Command> life) {
        events.add("kill");
    }

    @Override
    public void beginLater(PartitionId log, Duration pause) {
        events.add("later");
        pauses.add(pause);
    }

    @Override
    public void released(Set<PartitionId> logs) {
        events.add("released " + logs.size());
    }

    private TaskSlot deal(PartitionId log) {
        TaskSlot task = new TaskSlot(new TaskId(0, log.partition()), part, log);
        tasks.dealt(task);
        return task;
    }

    private void end(TaskSlot task, Throwable failure) {
        tasks.ended(task.actor, failure);
    }

    @Test
    void oneThatIsToBeGivenBackIsReleasedWhenItsLifeHasEnded() {
        TaskSlot task = deal(LOG);
        tasks.revoke(Set.of(LOG));
        assertThat(events).containsExactly("begin 0_0", "stop");

        end(task, null);

        assertThat(events).containsExactly("begin 0_0", "stop", "released 1");
        assertThat(tasks.isEmpty()).isTrue();
    }

    @Test
    void oneThatFailsWhileItStopsIsReleasedToo() {
        TaskSlot task = deal(LOG);
        tasks.revoke(Set.of(LOG));
        end(task, new IllegalStateException("fenced"));

        assertThat(events).containsExactly("begin 0_0", "stop", "released 1");
    }

    @Test
    void oneThatDoesNotRunIsReleasedAtOnce() {
        TaskSlot task = deal(LOG);
        end(task, new IllegalStateException("broken"));
        tasks.revoke(Set.of(LOG, OTHER));

        assertThat(events).containsExactly("begin 0_0", "later", "released 2");
        tasks.beginAgain(LOG);
        assertThat(events).hasSize(3);
    }

    @Test
    void oneThatFailedBeginsAgainAndNoOtherIsTouched() {
        TaskSlot task = deal(LOG);
        TaskSlot other = deal(OTHER);
        end(task, new IllegalStateException("broken"));
        assertThat(task.status().state()).isEqualTo(TaskStatus.State.FAILED);
        assertThat(task.status().error()).contains("broken");

        tasks.beginAgain(LOG);

        assertThat(events).containsExactly("begin 0_0", "begin 0_1", "later", "begin 0_0");
        assertThat(task.status().error()).as("still to be seen").contains("broken");
        assertThat(other.lives).isEqualTo(1);
    }

    @Test
    void pausesGrowToTheLongestAndBeginAnewWhenOneHasCommitted() {
        TaskSlot task = deal(LOG);
        for (int i = 0; i < 6; i++) {
            end(task, new IllegalStateException("broken"));
            tasks.beginAgain(LOG);
        }
        for (int i = 0; i < 6; i++) {
            long longest = Math.min(500, 100L << i);
            assertThat(pauses.get(i)).isBetween(Duration.ofMillis(longest / 2), Duration.ofMillis(longest));
        }
        tasks.said(new TaskStatus(
                task.id, TaskStatus.State.RUNNING, java.util.Map.of(), java.util.Map.of(), 1, 1, 1, 0, 0, 0, 1, null));
        end(task, new IllegalStateException("broken"));
        assertThat(pauses.get(6)).isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void oneThatWasLostIsEndedAtOnceAndNotReleased() {
        TaskSlot task = deal(LOG);
        tasks.lost(Set.of(LOG));
        end(task, null);

        assertThat(events).containsExactly("begin 0_0", "kill");
        assertThat(tasks.isEmpty()).isTrue();
    }

    @Test
    void oneThatComesBackBeginsWhenItsLastLifeHasEnded() {
        TaskSlot task = deal(LOG);
        tasks.lost(Set.of(LOG));
        deal(LOG);
        assertThat(events).containsExactly("begin 0_0", "kill");

        end(task, null);

        assertThat(events).containsExactly("begin 0_0", "kill", "begin 0_0");
    }

    @Test
    void allAreStoppedForTheEnd() {
        TaskSlot task = deal(LOG);
        TaskSlot broken = deal(OTHER);
        end(broken, new IllegalStateException("broken"));
        tasks.stopAll();
        tasks.stopAll();
        assertThat(events).containsExactly("begin 0_0", "begin 0_1", "later", "stop");

        end(task, null);

        assertThat(tasks.isEmpty()).isTrue();
    }
}
