package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.journal.SnapshotFiles;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.replication.Leadership;
import io.tailrace.engine.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the start of the log that is led, because somebody asked or since retention says so, and lets the files below it go.
 * Both go one way: while the gate holds, a control batch says the new start; once that is committed the start moves, and whoever
 * asked hears. The files go in the background, those alone which the older of two snapshots makes superfluous (log-safety
 * rule 16); if it does not reach far enough, the persistent child is asked for its state and that is written down first.
 *
 * <p>Lives as long as one leadership and belongs to one actor; not thread-safe.
 */
final class StartMover {
    private static final Logger LOG = LoggerFactory.getLogger(StartMover.class);

    private final PartitionId id;
    private final PartitionEnvironment environment;
    private final Replica replica;
    private final Leadership leadership;
    private final SnapshotFiles snapshots;
    private final Gate gate;
    private final ActorRef<PersistentPartition.Command> child;
    private final Consumer<CompletionStage<Event>> pipe;

    private final List<Wish> waiting = new ArrayList<>();
    private List<Wish> underWay = List.of();
    private long dataEndOffset;
    private boolean checking;
    private boolean freeing;
    private boolean freeAgain;

    /** Somebody wants the log to begin there; retention expects no answer. */
    private record Wish(long offset, @Nullable ActorRef<Partition.DeleteReply> replyTo) {}

    /** What becomes of the work that it does elsewhere. */
    sealed interface Event {}

    private record Retained(long offset) implements Event {}

    private enum Moved implements Event {
        INSTANCE
    }

    /** The start has not moved; with DISK_FULL all else goes on. */
    record NotMoved(TailraceException why) implements Event {}

    private enum Freed implements Event {
        DONE,
        NEEDS_STATE
    }

    /** Looking for what has expired failed: the next round tries again. */
    private record NotRetained(TailraceException why) implements Event {}

    /** Deleting files failed: the next round tries again. */
    private record NotFreed(TailraceException why) implements Event {}

    /**
     * For one leadership.
     *
     * @param dataEndOffset the offset after the newest data batch
     * @param pipe brings what work on other threads ends with back to {@link #hear}
     */
    StartMover(
            PartitionId id,
            PartitionEnvironment environment,
            Partition.Elected elected,
            Gate gate,
            ActorRef<PersistentPartition.Command> child,
            long dataEndOffset,
            Consumer<CompletionStage<Event>> pipe) {
        this.id = id;
        this.environment = environment;
        this.replica = elected.replica();
        this.leadership = elected.leadership();
        this.snapshots = elected.snapshots();
        this.gate = gate;
        this.child = child;
        this.dataEndOffset = dataEndOffset;
        this.pipe = pipe;
    }

    // --- what the partition tells it -------------------------------------------------------------------------

    /** A group of batches is stored. */
    void stored(long newDataEndOffset) {
        dataEndOffset = newDataEndOffset;
    }

    /** Somebody wants records deleted. */
    void delete(Partition.DeleteRecords wanted) {
        long committed = replica.highWatermark().offset();
        long before =
                wanted.beforeOffset() == Partition.DeleteRecords.EVERYTHING ? everything() : wanted.beforeOffset();
        if (before < 0) {
            wanted.replyTo()
                    .tell(new Partition.Refused(
                            ErrorCode.INVALID_ARGUMENT,
                            "Records cannot be deleted before offset " + before + ": give an offset, or -1 for all."));
        } else if (before > committed) {
            wanted.replyTo()
                    .tell(new Partition.Refused(
                            ErrorCode.OFFSET_OUT_OF_RANGE,
                            "Partition " + id + " has the offsets " + replica.startOffset() + " to " + committed
                                    + ", nothing can be deleted up to " + before + "."));
        } else if (before <= replica.startOffset()) {
            wanted.replyTo().tell(here());
        } else if (waiting.size() >= environment.limits().waitingAsks()) {
            wanted.replyTo()
                    .tell(new Partition.Refused(
                            ErrorCode.PARTITION_BUSY,
                            waiting.size() + " wait already for the start of partition " + id
                                    + " to move: ask again after a pause."));
        } else {
            waiting.add(new Wish(before, wanted.replyTo()));
            begin();
        }
    }

    /** All that there is; but control batches alone are nothing, and to delete them would only write one more. */
    private long everything() {
        return hasData() ? replica.highWatermark().offset() : replica.startOffset();
    }

    private boolean hasData() {
        return dataEndOffset > replica.startOffset();
    }

    private Partition.Deleted here() {
        return new Partition.Deleted(
                replica.startOffset(), replica.highWatermark().offset());
    }

    /** Looks what has expired, and whether files are left over that may go. */
    void check(Retention retention) {
        if (checking) {
            return;
        }
        checking = true;
        long committed = replica.highWatermark().offset();
        pipe.accept(CompletableFuture.<Event>supplyAsync(
                        () -> new Retained(leadership
                                .log()
                                .retainedFrom(retention, environment.clock().millis(), committed)),
                        environment.io())
                .exceptionally(failure -> new NotRetained(Failures.named(failure))));
    }

    /** The leadership is over. Whoever waits hears this; a move under way may have happened, or happen yet. */
    void fail(Partition.Refused underWayEnds, Partition.Refused waitingEnd) {
        answer(underWay, underWayEnds);
        answer(waiting, waitingEnd);
        underWay = List.of();
        waiting.clear();
    }

    // --- what it hears of its work ---------------------------------------------------------------------------

    /** The outcome of some work; {@link NotMoved} with another code than DISK_FULL ends the leadership. */
    void hear(Event event) {
        if (event instanceof Retained retained) {
            retained(retained.offset);
        } else if (event == Moved.INSTANCE) {
            moved(here());
            free();
        } else if (event instanceof NotMoved notMoved) {
            LOG.warn("Partition {}: the start of its log could not move: {}", id, notMoved.why.getMessage());
            moved(new Partition.Refused(notMoved.why.code(), String.valueOf(notMoved.why.getMessage())));
        } else if (event == Freed.NEEDS_STATE) {
            child.tell(PersistentPartition.TellState.INSTANCE);
        } else if (event instanceof NotRetained failed) {
            LOG.warn("Partition {}: no look for expired records: {}", id, failed.why.getMessage());
            checking = false;
        } else {
            freed(event);
        }
    }

    private void retained(long offset) {
        checking = false;
        if (offset > replica.startOffset() && hasData()) {
            waiting.add(new Wish(offset, null));
            begin();
        } else {
            free();
        }
    }

    private void begin() {
        if (underWay.isEmpty() && !waiting.isEmpty()) {
            underWay = List.copyOf(waiting);
            waiting.clear();
            gate.hold(this::move);
        }
    }

    private void move() {
        long offset = underWay.stream().mapToLong(Wish::offset).max().orElseThrow();
        pipe.accept(leadership
                .moveStart(offset)
                .<Event>thenApply(done -> Moved.INSTANCE)
                .exceptionally(failure -> new NotMoved(Failures.named(failure))));
    }

    private void moved(Partition.DeleteReply reply) {
        answer(underWay, reply);
        underWay = List.of();
        gate.resume();
        begin();
    }

    private static void answer(List<Wish> wishes, Partition.DeleteReply reply) {
        for (Wish wish : wishes) {
            if (wish.replyTo != null) {
                wish.replyTo.tell(reply);
            }
        }
    }

    // --- the files -------------------------------------------------------------------------------------------

    private void free() {
        if (freeing) {
            freeAgain = true;
        } else if (replica.startOffset() > 0) {
            freeing = true;
            onFiles(() -> freeOrAskForState(leadership.log()));
        }
    }

    private Event freeOrAskForState(Log log) {
        long limit = snapshots.replayNeedsFrom();
        if (limit < log.startOffset()) {
            return Freed.NEEDS_STATE;
        }
        delete(log, limit);
        return Freed.DONE;
    }

    /** The child has told its state. */
    void state(PersistentPartition.StateNow now) {
        onFiles(() -> {
            snapshots.writeTwice(
                    now.sequenceNr(), now.state(), environment.clock().millis());
            delete(leadership.log(), snapshots.replayNeedsFrom());
            return Freed.DONE;
        });
    }

    private void delete(Log log, long limit) {
        long bytes = log.deleteSegmentsBelow(limit);
        if (bytes > 0) {
            LOG.info("Partition {} begins at offset {}: {} bytes are free again", id, log.startOffset(), bytes);
        }
    }

    private void freed(Event event) {
        freeing = false;
        if (event instanceof NotFreed failed) {
            LOG.warn("Partition {}: files below its start stay for now: {}", id, failed.why.getMessage());
        } else if (freeAgain) {
            freeAgain = false;
            free();
        }
    }

    /** Blocking work: on the I/O executor. */
    private void onFiles(Supplier<Event> work) {
        pipe.accept(CompletableFuture.supplyAsync(work, environment.io())
                .exceptionally(failure -> new NotFreed(Failures.named(failure))));
    }
}
