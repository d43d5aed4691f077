package io.tailrace.engine.replication.quorum;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one replica's state machine for real: one step at a time, on the thread of whoever comes when none is under way. No
 * thread of its own, and nothing in it waits. What a step puts out is acted upon in its order before the next step: decisions
 * are told at once, I/O is handed to the executor, the log's in the order in which it was asked for and promises beside it.
 *
 * <p>What waits is bounded by those who give it: what a step asks of the disk, and the appends and messages that somebody sends.
 */
public final class ReplicaDriver implements AutoCloseable {
    private final QuorumReplica replica;
    private final ReplicaDisk disk;
    private final Peers peers;
    private final Timers timers;
    private final Consumer<Output.Decision> decided;
    private final DiskWork logWork;
    private final DiskWork promiseWork;
    /** What has come and has not been handled; its lock is held for a moment only. */
    private final Queue<Supplier<@Nullable Input>> inputs = new ArrayDeque<>();

    private boolean stepping;
    private boolean broken;

    /**
     * A driver of a replica over its disk.
     *
     * @param io for blocking work
     * @param decided is told what the replica decides, one at a time, in order, while no step is under way; does not block
     */
    public ReplicaDriver(
            QuorumReplica replica,
            ReplicaDisk disk,
            Executor io,
            Peers peers,
            Timers timers,
            Consumer<Output.Decision> decided) {
        this.replica = replica;
        this.disk = disk;
        this.peers = peers;
        this.timers = timers;
        this.decided = decided;
        this.logWork = new DiskWork(io, disk::perform, this::step);
        this.promiseWork = new DiskWork(io, disk::perform, this::step);
    }

    /** Lets this happen to the replica, now or after what came earlier. Any thread. */
    public void step(Input input) {
        submit(() -> input);
    }

    /**
     * Lets that happen to the replica which this says when it is its turn: it is asked while no step is under way and no
     * decision is being told, so that it may share state with who hears them. Any thread.
     *
     * @param next may have nothing to say: {@code null}. Does not block
     */
    public void submit(Supplier<@Nullable Input> next) {
        synchronized (inputs) {
            inputs.add(next);
            if (stepping) {
                return;
            }
            stepping = true;
        }
        for (Supplier<@Nullable Input> due = take(); due != null; due = take()) {
            handle(due);
        }
    }

    /**
     * A message has come from another replica. Any thread.
     *
     * @param done is run when what it brought has been worked off and its batches are held no more, or all is over
     */
    public void receive(ReplicaId from, Message message, Runnable done) {
        submit(() -> new Input.Received(from, message));
        // Behind it in the queue: if the step is under way on another thread it is asked for after that.
        submit(() -> {
            logWork.whenDone(done);
            return null;
        });
    }

    private @Nullable Supplier<@Nullable Input> take() {
        synchronized (inputs) {
            Supplier<@Nullable Input> next = inputs.poll();
            stepping = next != null;
            return next;
        }
    }

    private void handle(Supplier<@Nullable Input> due) {
        Input input = due.get();
        if (input == null || broken) {
            return;
        }
        try {
            List<Output> outputs = replica.step(input);
            for (Output output : outputs) {
                act(output);
            }
            // Not before all is asked for: so a write and its flush are one task of the executor.
            logWork.start();
            promiseWork.start();
        } catch (RuntimeException e) {
            // A defect, or an executor that takes nothing any more: whoever waits must not wait for ever.
            broken = true;
            decided.accept(new Output.Alarm("It has stopped, since something failed that was not foreseen: " + e));
        }
    }

    private void act(Output output) {
        if (output instanceof Output.Decision decision) {
            decided.accept(decision);
        } else if (output instanceof Output.Send send) {
            peers.send(send.to(), send.message());
        } else if (output instanceof Output.SetTimer timer) {
            timers.set(timer.kind(), () -> step(new Input.TimerFired(timer.kind(), timer.id())));
        } else if (output instanceof Output.Io io) {
            (io instanceof Output.StorePromise ? promiseWork : logWork).add(io);
        }
    }

    /**
     * Ends the I/O: what is being written ends first, what waits is not done any more and never reported. Then closes the disk. Not
     * from a decision; blocking, idempotent.
     *
     * @throws io.tailrace.engine.error.TailraceException IO_FAILED
     */
    @Override
    public void close() {
        promiseWork.close();
        logWork.close();
        disk.close();
    }
}
