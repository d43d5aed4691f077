package io.tailrace.engine.replication.quorum;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * I/O of one replica that has to be done in order: one after the other, by a task of the executor that ends when there is no more.
 * All that is asked for at once is one task.
 */
final class DiskWork {
    /** So often at most in one task, then another replica's turn comes. */
    private static final int TURN = 64;

    private final Executor io;
    private final Function<Output.Io, Input> perform;
    private final Consumer<Input> report;
    private final Queue<Task> asked = new ArrayDeque<>();
    private boolean running;
    private boolean closed;
    /** Held while something is done, and not while that is reported. */
    private final Object doing = new Object();

    /** Work, or what is to happen when all work before it is done; one of the two is {@code null}. */
    private record Task(Output.@Nullable Io work, @Nullable Runnable then) {}

    DiskWork(Executor io, Function<Output.Io, Input> perform, Consumer<Input> report) {
        this.io = io;
        this.perform = perform;
        this.report = report;
    }

    void add(Output.Io work) {
        synchronized (asked) {
            asked.add(new Task(work, null));
        }
    }

    /** Runs that when what has been added is done or will not be done any more, at once if nothing is under way. Does not block. */
    void whenDone(Runnable then) {
        synchronized (asked) {
            if (!closed && (running || !asked.isEmpty())) {
                asked.add(new Task(null, then));
                return;
            }
        }
        then.run();
    }

    /** Sees to it that what has been added is done. */
    void start() {
        synchronized (asked) {
            if (running || asked.isEmpty()) {
                return;
            }
            running = true;
        }
        io.execute(this::work);
    }

    private void work() {
        for (int turn = 0; turn < TURN; turn++) {
            Input done = next();
            if (done == null) {
                return;
            }
            report.accept(done);
        }
        io.execute(this::work);
    }

    private @Nullable Input next() {
        synchronized (doing) {
            while (true) {
                Task task;
                synchronized (asked) {
                    task = closed ? null : asked.poll();
                    running = task != null;
                }
                if (task == null) {
                    return null;
                }
                if (task.then != null) {
                    task.then.run();
                }
                if (task.work != null) {
                    return perform.apply(task.work);
                }
            }
        }
    }

    /** Returns when nothing is being done, and nothing will be. */
    void close() {
        List<Task> left;
        synchronized (doing) {
            synchronized (asked) {
                closed = true;
                left = List.copyOf(asked);
                asked.clear();
            }
        }
        for (Task task : left) {
            if (task.then != null) {
                task.then.run();
            }
        }
    }
}
