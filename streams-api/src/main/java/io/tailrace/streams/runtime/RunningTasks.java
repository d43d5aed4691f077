package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks that an instance has been dealt, by the partition that is their log. For one thread.
 *
 * <table>
 * <caption>What becomes of a task</caption>
 * <tr><td>dealt</td><td>a life begins; if one of it is still ending here, when that has ended</td></tr>
 * <tr><td>to be given back</td><td>its life is told to stop; when it has ended, the partition is released</td></tr>
 * <tr><td>lost</td><td>its life is ended at once: what it would commit is refused</td></tr>
 * <tr><td>failed</td><td>another life begins after a pause; others are not touched</td></tr>
 * </table>
 */
final class RunningTasks {
    private static final Logger LOG = LoggerFactory.getLogger(RunningTasks.class);

    private final String application;
    private final StreamSettings settings;
    private final Lives lives;
    private final Map<PartitionId, TaskSlot> slots = new LinkedHashMap<>();

    /** How lives begin and end. */
    interface Lives {
        /** Begins one, and watches it. */
        ActorRef<TaskActor.Command> begin(TaskSlot task);

        /** Asks one to commit and end. */
        void stop(ActorRef<TaskActor.Command> life);

        /** Ends one at once. */
        void kill(ActorRef<TaskActor.Command> life);

        /** Calls {@link RunningTasks#beginAgain} after that pause. */
        void beginLater(PartitionId log, Duration pause);

        /** Nothing of that task runs here any more: somebody else may have it. */
        void released(Set<PartitionId> logs);
    }

    RunningTasks(String application, StreamSettings settings, Lives lives) {
        this.application = application;
        this.settings = settings;
        this.lives = lives;
    }

    void dealt(TaskSlot task) {
        TaskSlot before = slots.get(task.log);
        if (before != null) {
            before.wanted = true;
            before.revoked = false;
            return;
        }
        slots.put(task.log, task);
        begin(task);
    }

    private void begin(TaskSlot task) {
        task.began(lives.begin(task));
    }

    /** One whose pause is over. */
    void beginAgain(PartitionId log) {
        TaskSlot task = slots.get(log);
        if (task != null && task.wanted && task.actor == null) {
            begin(task);
        }
    }

    void revoke(Set<PartitionId> logs) {
        Set<PartitionId> free = new HashSet<>();
        for (PartitionId log : logs) {
            TaskSlot task = slots.get(log);
            if (task == null || task.actor == null) {
                slots.remove(log);
                free.add(log);
            } else {
                if (task.wanted) {
                    lives.stop(task.actor);
                }
                task.wanted = false;
                task.revoked = true;
            }
        }
        if (!free.isEmpty()) {
            lives.released(free);
        }
    }

    void lost(Set<PartitionId> logs) {
        for (PartitionId log : logs) {
            TaskSlot task = slots.get(log);
            if (task == null) {
                continue;
            }
            task.wanted = false;
            task.revoked = false;
            if (task.actor == null) {
                slots.remove(log);
            } else {
                lives.kill(task.actor);
            }
        }
    }

    void lostAll() {
        lost(Set.copyOf(slots.keySet()));
    }

    void stopAll() {
        for (TaskSlot task : List.copyOf(slots.values())) {
            task.revoked = false;
            if (task.actor == null) {
                slots.remove(task.log);
            } else if (task.wanted) {
                task.wanted = false;
                lives.stop(task.actor);
            }
        }
    }

    /**
     * A life has ended.
     *
     * @param failure by which; {@code null}: in order
     */
    void ended(ActorRef<?> life, @Nullable Throwable failure) {
        TaskSlot task = find(life);
        if (task == null) {
            return;
        }
        if (task.wanted && failure != null) {
            Duration pause = task.failed(told(failure), settings);
            LOG.warn(
                    "Task {} of {} failed and begins again in {}: {}",
                    task.id,
                    application,
                    pause,
                    task.status().error());
            lives.beginLater(task.log, pause);
        } else if (task.wanted) {
            task.ended();
            begin(task);
        } else {
            slots.remove(task.log);
            if (task.revoked) {
                lives.released(Set.of(task.log));
            }
        }
    }

    private @Nullable TaskSlot find(ActorRef<?> life) {
        for (TaskSlot task : slots.values()) {
            if (life.equals(task.actor)) {
                return task;
            }
        }
        return null;
    }

    private static String told(Throwable failure) {
        if (failure instanceof TailraceException known) {
            return known.code() + " " + known.getMessage();
        }
        return ErrorCode.INTERNAL_ERROR + " " + failure;
    }

    void said(TaskStatus status) {
        for (TaskSlot task : slots.values()) {
            if (task.id.equals(status.id())) {
                task.said(status);
            }
        }
    }

    Collection<TaskSlot> all() {
        return slots.values();
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** Whether each task that is to run does, or waits to begin again after an error: what can be done at the moment is done. */
    boolean settled() {
        return slots.values().stream()
                .allMatch(task -> task.wanted && (task.runs() || task.status().state() == TaskStatus.State.FAILED));
    }

    List<TaskStatus> statuses() {
        List<TaskStatus> statuses = new ArrayList<>();
        slots.values().forEach(task -> statuses.add(task.status()));
        statuses.sort(Comparator.comparing(TaskStatus::id));
        return statuses;
    }
}
