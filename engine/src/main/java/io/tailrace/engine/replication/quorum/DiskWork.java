package io.tailrace.engine.replication.quorum;

import java.util.ArrayDeque;
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
    private final Queue<Output.Io> asked = new ArrayDeque<>();
    private boolean running;
    private boolean closed;
    /** Held while something is done, and not while that is reported. */
    private final Object doing = new Object();

    DiskWork(Executor io, Function<Output.Io, Input> perform, Consumer<Input> report) {
        this.io = io;
        this.perform = perform;
        this.report = report;
    }

    void add(Output.Io work) {
        synchronized (asked) {
            asked.add(work);
        }
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
            Output.Io work;
            synchronized (asked) {
                work = closed ? null : asked.poll();
                running = work != null;
            }
            return work == null ? null : perform.apply(work);
        }
    }

    /** Returns when nothing is being done, and nothing will be. */
    void close() {
        synchronized (doing) {
            synchronized (asked) {
                closed = true;
                asked.clear();
            }
        }
    }
}
