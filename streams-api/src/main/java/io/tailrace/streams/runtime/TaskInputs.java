package io.tailrace.streams.runtime;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which partition's record is next: that with the smallest timestamp. A partition that has none, though it has some that are not here yet, is waited for; one that is at its
 * end is waited for as long as the settings say.
 */
final class TaskInputs {
    private static final long NOT_IDLE = -1;

    private final List<TaskInput> inputs;
    private final long maxIdleMillis;
    private final LongSupplier wallClock;
    private final TaskLoop loop;
    private final Runnable waited;
    private long idleSince = NOT_IDLE;

    /** Of a task; {@code waited} is called when it has been waited for long enough. */
    TaskInputs(List<TaskInput> inputs, Duration maxTaskIdle, LongSupplier wallClock, TaskLoop loop, Runnable waited) {
        this.inputs = inputs;
        this.maxIdleMillis = maxTaskIdle.toMillis();
        this.wallClock = wallClock;
        this.loop = loop;
        this.waited = waited;
    }

    List<TaskInput> all() {
        return inputs;
    }

    /** The partition to take the next record of; {@code null} if none is to be taken now. */
    @Nullable
    TaskInput next() {
        TaskInput first = null;
        boolean missing = false;
        for (TaskInput input : inputs) {
            if (!input.hasHead()) {
                if (input.isBehind()) {
                    return null;
                }
                missing = true;
            } else if (first == null || input.headTime() < first.headTime()) {
                first = input;
            }
        }
        if (!missing) {
            idleSince = NOT_IDLE;
            return first;
        }
        return first == null || hasWaited() ? first : null;
    }

    private boolean hasWaited() {
        if (maxIdleMillis == 0) {
            return true;
        }
        long now = wallClock.getAsLong();
        if (idleSince == NOT_IDLE) {
            idleSince = now;
            loop.later(Duration.ofMillis(maxIdleMillis), waited);
        }
        return now - idleSince >= maxIdleMillis;
    }
}
