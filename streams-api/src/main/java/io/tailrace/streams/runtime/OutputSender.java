package io.tailrace.streams.runtime;

import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings batches to one partition, in order, until they are stored there.
 *
 * <pre>
 *   phase      what happens                               next
 *   SENDING    batches are sent, at most so many at once   a retriable failure: DRAINING
 *   DRAINING   nothing is sent; answers still due come in  all are in: PAUSED, or FORGOTTEN if that was the failure
 *   PAUSED     nothing is sent                             the pause is over: SENDING, those that are not stored first
 *   FORGOTTEN  nothing is sent                             what is not stored has new sequences: SENDING
 * </pre>
 *
 * <p>There is no time after which it gives up: what is committed has to get there, and while it does not, the task stops reading.
 */
final class OutputSender {
    private static final Logger LOG = LoggerFactory.getLogger(OutputSender.class);
    private static final int MAX_IN_FLIGHT = 5;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private enum Phase {
        SENDING,
        DRAINING,
        PAUSED,
        FORGOTTEN
    }

    private final OutputPartition partition;
    private final Partitions partitions;
    private final TaskLoop loop;
    private final Consumer<OutputBatch> stored;
    private final Runnable forgot;
    private final ArrayDeque<OutputBatch> ready = new ArrayDeque<>();
    /** Sent and not stored, as far as is known, in order; those that were stored before an older one is count too. */
    private final ArrayDeque<OutputBatch> sent = new ArrayDeque<>();

    private Phase phase = Phase.SENDING;
    private Duration pause = SHORTEST_PAUSE;
    private int answersDue;
    /** The partition expects a sequence from before the first batch that is not stored: it knows its producer no more. */
    private boolean unknownThere;

    /**
     * To that partition.
     *
     * @param stored is told of each batch, in order
     * @param forgot called when {@link #isForgotten} has become true
     */
    OutputSender(
            OutputPartition partition,
            Partitions partitions,
            TaskLoop loop,
            Consumer<OutputBatch> stored,
            Runnable forgot) {
        this.partition = partition;
        this.partitions = partitions;
        this.loop = loop;
        this.stored = stored;
        this.forgot = forgot;
    }

    /** Behind those before it. */
    void send(OutputBatch batch) {
        ready.add(batch);
        pump();
    }

    /** Whether a batch would be on its way at once. */
    boolean isFree() {
        return phase == Phase.SENDING && ready.isEmpty() && sent.size() < MAX_IN_FLIGHT;
    }

    OutputPartition partition() {
        return partition;
    }

    /**
     * Whether the partition has forgotten its producer, since so many others have written there, and takes nothing from it but the beginning of a
     * new epoch.
     */
    boolean isForgotten() {
        return phase == Phase.FORGOTTEN;
    }

    /** What is not stored, in order. */
    List<OutputBatch> left() {
        List<OutputBatch> left = new ArrayList<>(sent);
        left.addAll(ready);
        return left;
    }

    /** Goes on with those in place of what was left. */
    void renewed(List<OutputBatch> batches) {
        sent.clear();
        ready.clear();
        ready.addAll(batches);
        unknownThere = false;
        phase = Phase.SENDING;
        pump();
    }

    private void pump() {
        while (phase == Phase.SENDING && sent.size() < MAX_IN_FLIGHT && !ready.isEmpty()) {
            OutputBatch next = ready.remove();
            next.first = sent.isEmpty();
            sent.add(next);
            answersDue++;
            partitions
                    .append(partition.id(), next.batch)
                    .whenComplete((appended, failure) -> loop.execute(() -> answered(next, failure)));
        }
    }

    private void answered(OutputBatch batch, @Nullable Throwable failure) {
        answersDue--;
        if (failure == null) {
            batch.stored = true;
            pause = SHORTEST_PAUSE;
        } else {
            refused(batch, Failures.cause(failure));
        }
        for (OutputBatch oldest = sent.peek(); oldest != null && oldest.stored; oldest = sent.peek()) {
            stored.accept(sent.remove());
        }
        if (phase == Phase.DRAINING && answersDue == 0) {
            drained();
        }
        pump();
    }

    private void drained() {
        if (unknownThere) {
            phase = Phase.FORGOTTEN;
            forgot.run();
        } else {
            phase = Phase.PAUSED;
            loop.later(pause, this::resume);
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        }
    }

    private void refused(OutputBatch batch, Throwable failure) {
        if (!(failure instanceof TailraceException error)) {
            throw new TailraceException(
                    ErrorCode.INTERNAL_ERROR, "Outputs to partition " + partition + " failed: " + failure, failure);
        }
        if (error.code() == ErrorCode.DUPLICATE_SEQUENCE) {
            batch.stored = true;
        } else if (error.code() == ErrorCode.UNKNOWN_TOPIC && batch.replayed) {
            // Nobody can read what it is for, and every life from here on would fail with it.
            LOG.warn(
                    "{} committed outputs to partition {} were not sent: its topic has been deleted.",
                    batch.batch.recordCount(),
                    partition);
            batch.stored = true;
        } else if (error.code().retriable()) {
            unknownThere |= batch.first && error.code() == ErrorCode.OUT_OF_ORDER_SEQUENCE;
            phase = Phase.DRAINING;
        } else {
            throw error;
        }
    }

    private void resume() {
        for (Iterator<OutputBatch> newestFirst = sent.descendingIterator(); newestFirst.hasNext(); ) {
            ready.addFirst(newestFirst.next());
        }
        sent.clear();
        phase = Phase.SENDING;
        pump();
    }
}
