package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.BatchAdmission;
import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches that wait to be written, in the order in which they came. What is long work of their admission, going through compressed
 * records and compressing them otherwise, is done beside the actor, one stretch of them at a time, and they keep their places
 * meanwhile. No more is begun while what has been done is as much as may wait. Belongs to one actor; not thread-safe.
 */
final class Arrivals {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

    /** A batch in its place. */
    private static final class Arrival {
        private final Partition.Append append;
        private final BatchAdmission admission;
        /** What is appended; {@code null} until its admission is done. */
        private @Nullable RecordBatch admitted;

        private boolean refused;

        Arrival(Partition.Append append, BatchAdmission admission) {
            this.append = append;
            this.admission = admission;
        }

        int bytes() {
            RecordBatch batch = admitted;
            return batch == null ? append.batch().sizeInBytes() : batch.sizeInBytes();
        }
    }

    /** What became of the batches of a stretch, in their order: of each the batch to append, or why it must not be. */
    record Admitted(List<Object> outcomes) {}

    /** A batch to be written, and who hears of it. */
    record Ready(Partition.Append append, RecordBatch batch) {}

    private final Executor work;
    private final Consumer<CompletionStage<Admitted>> awaited;
    private final Queue<Arrival> queue = new ArrayDeque<>();
    /** Of the queue those whose admission is to be done, in their order. */
    private final Queue<Arrival> unadmitted = new ArrayDeque<>();

    private List<Arrival> underWay = List.of();
    private long bytes;
    private long unadmittedBytes;

    /**
     * With nobody waiting.
     *
     * @param awaited sees to it that {@link Gate#admitted} is called when it completes, by the actor
     */
    Arrivals(Executor work, Consumer<CompletionStage<Admitted>> awaited) {
        this.work = work;
        this.awaited = awaited;
    }

    /** The bytes of all that waits. */
    long bytes() {
        return bytes;
    }

    /**
     * Takes a batch in.
     *
     * @throws TailraceException what {@link BatchAdmission#admitted} throws, if that was quick to find out
     */
    void add(Partition.Append append, BatchAdmission admission) {
        Arrival arrival = new Arrival(append, admission);
        if (admission.isShortWork(append.batch())) {
            arrival.admitted = admission.admitted(append.batch());
        } else {
            unadmitted.add(arrival);
            unadmittedBytes += arrival.bytes();
        }
        queue.add(arrival);
        bytes += arrival.bytes();
    }

    /** Begins the next stretch, unless one is under way or enough is done. */
    void admitNext(long maxWaitingBytes, int maxStretchBytes) {
        if (!underWay.isEmpty() || unadmitted.isEmpty() || bytes - unadmittedBytes >= maxWaitingBytes) {
            return;
        }
        List<Arrival> stretch = new ArrayList<>();
        long taken = 0;
        for (Arrival next = unadmitted.peek();
                next != null && (stretch.isEmpty() || taken + next.bytes() <= maxStretchBytes);
                next = unadmitted.peek()) {
            stretch.add(unadmitted.remove());
            taken += next.bytes();
        }
        underWay = stretch;
        awaited.accept(CompletableFuture.supplyAsync(() -> admitted(stretch, maxStretchBytes), work));
    }

    /** On another thread. What it makes may be much more than came, so it stops early rather than make too much. */
    private static Admitted admitted(List<Arrival> stretch, int maxBytes) {
        List<Object> outcomes = new ArrayList<>(stretch.size());
        long made = 0;
        for (Arrival arrival : stretch) {
            if (made >= maxBytes) {
                break;
            }
            Object outcome = admitted(arrival);
            outcomes.add(outcome);
            made += outcome instanceof RecordBatch batch ? batch.sizeInBytes() : 0;
        }
        return new Admitted(outcomes);
    }

    private static Object admitted(Arrival arrival) {
        try {
            return arrival.admission.admitted(arrival.append.batch());
        } catch (TailraceException e) {
            return new Partition.Refused(e.code(), String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            // Whoever waits has to hear something, and the batches behind it have to go on.
            LOG.error("Looking through a batch of a producer failed", e);
            return new Partition.Refused(
                    ErrorCode.INTERNAL_ERROR, "The batch could not be looked through: the node's log says why.");
        }
    }

    /**
     * A stretch is done.
     *
     * @param check the last word on a batch that is admitted, if it is another one than came: why it is refused, or {@code null}
     */
    void settle(Admitted done, BiFunction<RecordBatch, RecordBatch, Partition.@Nullable Refused> check) {
        List<Arrival> stretch = underWay;
        underWay = List.of();
        int settled = done.outcomes().size();
        for (int i = 0; i < settled; i++) {
            Arrival arrival = stretch.get(i);
            RecordBatch came = arrival.append.batch();
            unadmittedBytes -= came.sizeInBytes();
            Partition.Refused refusal;
            if (done.outcomes().get(i) instanceof RecordBatch batch) {
                refusal = batch == came ? null : check.apply(came, batch);
                if (refusal == null) {
                    bytes += batch.sizeInBytes() - came.sizeInBytes();
                    arrival.admitted = batch;
                }
            } else {
                refusal = (Partition.Refused) done.outcomes().get(i);
            }
            if (refusal != null) {
                bytes -= came.sizeInBytes();
                arrival.refused = true;
                arrival.append.replyTo().tell(refusal);
            }
        }
        if (settled < stretch.size()) {
            List<Arrival> rest = new ArrayList<>(stretch.subList(settled, stretch.size()));
            rest.addAll(unadmitted);
            unadmitted.clear();
            unadmitted.addAll(rest);
        }
    }

    /** Takes out what may be written next, as many bytes at most, or one batch. Empty if the next one is not admitted yet. */
    List<Ready> take(int maxBytes) {
        List<Ready> group = new ArrayList<>();
        long taken = 0;
        for (Arrival next = queue.peek(); next != null; next = queue.peek()) {
            if (!next.refused) {
                if (next.admitted == null || (!group.isEmpty() && taken + next.bytes() > maxBytes)) {
                    break;
                }
                group.add(new Ready(next.append, Objects.requireNonNull(next.admitted)));
                taken += next.bytes();
            }
            queue.remove();
        }
        bytes -= taken;
        return group;
    }

    /** Those who wait hear this, and nobody waits any more. */
    void fail(Partition.Refused end) {
        for (Arrival arrival : queue) {
            if (!arrival.refused) {
                arrival.append.replyTo().tell(end);
            }
        }
        queue.clear();
        unadmitted.clear();
        underWay = List.of();
        bytes = 0;
        unadmittedBytes = 0;
    }
}
