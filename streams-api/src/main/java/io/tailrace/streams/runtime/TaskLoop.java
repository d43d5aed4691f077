package io.tailrace.streams.runtime;

import java.time.Duration;

/** The one thread of a task. Whatever an answer leads to happens here, one thing after the other; what throws ends the task's life. */
interface TaskLoop {
    /** Does it as soon as the thread is free; not at all once the life is over. */
    void execute(Runnable step);

    /** Does it after a pause. */
    void later(Duration pause, Runnable step);
}
