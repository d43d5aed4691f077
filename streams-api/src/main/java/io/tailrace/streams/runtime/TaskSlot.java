package io.tailrace.streams.runtime;

import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.topology.SubTopology;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** A task that an instance was dealt, over all its lives here. For one thread. */
final class TaskSlot {
    private static final int MOST_DOUBLINGS = 20;

    final TaskId id;
    final SubTopology part;
    final PartitionId log;
    /** Whether it is to run: false when it has to be given back, or was taken away, and has not ended yet. */
    boolean wanted = true;
    /** Whether the group waits for it. */
    boolean revoked;
    /** The life that goes on; {@code null} between two. */
    @Nullable
    ActorRef<TaskActor.Command> actor;

    int lives;
    private int failures;
    private @Nullable String error;
    private TaskStatus status;

    TaskSlot(TaskId id, SubTopology part, PartitionId log) {
        this.id = id;
        this.part = part;
        this.log = log;
        this.status = bare(TaskStatus.State.CLAIMING, null);
    }

    private TaskStatus bare(TaskStatus.State state, @Nullable String why) {
        return new TaskStatus(id, state, Map.of(), Map.of(), 0, 0, -1, 0, 0, 0, 0, why);
    }

    TaskStatus status() {
        return status;
    }

    void began(ActorRef<TaskActor.Command> life) {
        actor = life;
        lives++;
        status = bare(TaskStatus.State.CLAIMING, error);
    }

    /** What its life says of itself; what went wrong before stays to be seen. */
    void said(TaskStatus now) {
        if (actor == null) {
            return;
        }
        if (now.state() == TaskStatus.State.RUNNING && now.commits() > 0) {
            failures = 0;
        }
        status = now.error() != null || error == null ? now : now.withError(error);
    }

    /** Its life has ended by an error. Returns after which pause another may begin. */
    Duration failed(String why, StreamSettings settings) {
        error = why;
        actor = null;
        status = bare(TaskStatus.State.FAILED, why);
        long longest = settings.maxRestartBackoff().toNanos();
        long pause = settings.minRestartBackoff().toNanos();
        for (int doubled = 0; doubled < Math.min(failures, MOST_DOUBLINGS) && pause < longest; doubled++) {
            pause = pause > longest / 2 ? longest : 2 * pause;
        }
        failures++;
        // Shortened at random, so that tasks that failed together do not begin in step.
        return Duration.ofNanos(pause - ThreadLocalRandom.current().nextLong(pause / 2 + 1));
    }

    void ended() {
        actor = null;
    }

    boolean runs() {
        return status.state() == TaskStatus.State.RUNNING;
    }
}
