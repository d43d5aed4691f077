package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.record.BatchAdmission;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.TimestampType;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of the persistent child and owns all that is pending: it refuses what cannot be stored <i>before</i> it is
 * persisted, bounds what waits, and hands everything that arrived during one persist to the next as one, so that one fsync
 * serves all who wait. Belongs to one actor; not thread-safe.
 */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    private final PartitionEnvironment environment;
    private final Log log;
    private final ActorRef<PersistentPartition.Command> child;
    private final Arrivals arrivals;
    private List<Arrivals.Ready> underWay = List.of();
    private PartitionSettings settings;
    private BatchAdmission admission;
    /** What to do once nothing is under way, one after the other; and whether one of them is being done. */
    private final Queue<Runnable> holders = new ArrayDeque<>();

    private boolean held;
    /** Said once, not for each batch: producers send again and again. */
    private boolean diskFull;

    Gate(
            PartitionSettings settings,
            PartitionEnvironment environment,
            Log log,
            ActorRef<PersistentPartition.Command> child,
            Executor work,
            Consumer<CompletionStage<Arrivals.Admitted>> awaited) {
        this.settings = settings;
        this.admission = settings.admission();
        this.arrivals = new Arrivals(work, awaited);
        this.environment = environment;
        this.log = log;
        this.child = child;
    }

    /** Goes by other settings from now on. */
    void follow(PartitionSettings changed) {
        settings = changed;
        admission = changed.admission();
    }

    /** Does this as soon as no group is under way and nobody else holds, and sends none before {@link #resume}. */
    void hold(Runnable whenIdle) {
        holders.add(whenIdle);
        sendNext();
    }

    /** Who held is done: the next may, and then what came while it was held is sent. */
    void resume() {
        held = false;
        goOn();
    }

    /** A batch wants in: it is refused at once, or waits for its turn. */
    void arrive(Partition.Append append) {
        Partition.Refused refusal = refusal(append.batch());
        if (refusal != null) {
            append.replyTo().tell(refusal);
            return;
        }
        try {
            arrivals.add(append, admission);
        } catch (TailraceException e) {
            append.replyTo().tell(new Partition.Refused(e.code(), String.valueOf(e.getMessage())));
            return;
        }
        goOn();
    }

    /** Batches whose admission took longer have gone through it, or not. */
    void admitted(Arrivals.Admitted done) {
        arrivals.settle(done, this::refusalOfOther);
        goOn();
    }

    private void goOn() {
        sendNext();
        arrivals.admitNext(
                environment.limits().queuedBytes(), environment.limits().groupBytes());
    }

    /** As with Kafka, what has become too large by being compressed otherwise is refused. */
    private Partition.@Nullable Refused refusalOfOther(RecordBatch came, RecordBatch made) {
        if (made.sizeInBytes() > settings.maxMessageBytes()) {
            return new Partition.Refused(
                    ErrorCode.RECORD_TOO_LARGE,
                    "A batch of " + came.sizeInBytes() + " bytes has " + made.sizeInBytes()
                            + " with the topic's compression.type (" + made.compression()
                            + "), over its max.message.bytes of " + settings.maxMessageBytes()
                            + ": send smaller batches or raise the setting.");
        }
        int more = made.sizeInBytes() - came.sizeInBytes();
        return more > 0 ? refusalForSpace(more) : null;
    }

    private Partition.@Nullable Refused refusal(RecordBatch batch) {
        int bytes = batch.sizeInBytes();
        if (bytes > settings.maxMessageBytes()) {
            return new Partition.Refused(
                    ErrorCode.RECORD_TOO_LARGE,
                    "A batch of " + bytes + " bytes is over the topic's max.message.bytes of "
                            + settings.maxMessageBytes() + ": send smaller records or raise the setting.");
        }
        try {
            BatchAdmission.ensureHeader(batch);
        } catch (TailraceException e) {
            return new Partition.Refused(e.code(), String.valueOf(e.getMessage()));
        }
        long queuedBytes = arrivals.bytes();
        if (queuedBytes > 0 && queuedBytes + bytes > environment.limits().queuedBytes()) {
            return new Partition.Refused(
                    ErrorCode.PARTITION_BUSY,
                    "The partition has " + queuedBytes + " bytes waiting to be written: send again after a pause.");
        }
        return refusalForSpace(bytes);
    }

    private Partition.@Nullable Refused refusalForSpace(int bytes) {
        if (!environment.space().take(bytes)) {
            Partition.Refused full = new Partition.Refused(
                    ErrorCode.DISK_FULL,
                    "Less than " + environment.space().floorBytes()
                            + " bytes are free on the data volume: make room, appends resume by themselves.");
            if (!diskFull) {
                LOG.warn("{} {}", full.code(), full.message());
            }
            diskFull = true;
            return full;
        }
        if (diskFull) {
            LOG.warn("There is room on the data volume again: appends resume.");
            diskFull = false;
        }
        return null;
    }

    /** The group under way is stored: everybody hears, and the next group goes. */
    void stored(PersistentPartition.Stored stored) {
        List<Arrivals.Ready> done = underWay;
        underWay = List.of();
        goOn();
        for (int i = 0; i < done.size(); i++) {
            done.get(i).append().replyTo().tell(reply(stored.decisions().get(i)));
        }
    }

    private static Partition.AppendReply reply(Decision decision) {
        if (decision instanceof Decision.Accept accept) {
            return new Partition.Appended(
                    accept.event().placed().baseOffset(),
                    accept.event().placed().appendTimeMillis());
        }
        if (decision instanceof Decision.Duplicate duplicate) {
            return new Partition.Appended(duplicate.baseOffset(), duplicate.appendTimeMillis());
        }
        Decision.Refuse refuse = (Decision.Refuse) decision;
        return new Partition.Refused(refuse.code(), refuse.message());
    }

    private void sendNext() {
        if (held || !underWay.isEmpty()) {
            return;
        }
        Runnable holder = holders.poll();
        if (holder != null) {
            held = true;
            holder.run();
            return;
        }
        List<Arrivals.Ready> group = arrivals.take(environment.limits().groupBytes());
        if (group.isEmpty()) {
            return;
        }
        underWay = group;
        List<RecordBatch> batches = group.stream().map(Arrivals.Ready::batch).toList();
        // Nothing is being written: the log's end stands still until the child writes there.
        child.tell(new PersistentPartition.AppendAll(batches, log.endOffset(), appendTime()));
    }

    /** The time to stamp batches with, by the topic's setting, or -1. */
    private long appendTime() {
        return settings.timestampType() == TimestampType.LOG_APPEND_TIME
                ? environment.clock().millis()
                : -1;
    }

    /**
     * The child is gone, and so is this gate.
     *
     * @param underWayEnds what those hear whose batches were being written
     * @param waitingEnd what those hear whose batches waited: they were certainly not stored
     */
    void fail(Partition.Refused underWayEnds, Partition.Refused waitingEnd) {
        underWay.forEach(ready -> ready.append().replyTo().tell(underWayEnds));
        underWay = List.of();
        arrivals.fail(waitingEnd);
    }
}
