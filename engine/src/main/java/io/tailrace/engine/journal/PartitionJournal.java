package io.tailrace.engine.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.ReplayVisitor;
import io.tailrace.engine.partition.BatchAppended;
import io.tailrace.engine.replication.Leadership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * The journal of the partitions' persistent children. It keeps nothing of its own: an event is a batch, its sequence number is
 * its place among the data batches of the log that the partition leads, and to write is to append there. A write without
 * leadership, or of another epoch than that of the leadership, fails: the writer is fenced.
 */
public final class PartitionJournal extends AsyncWriteJournal {
    /** The plugin's id. */
    public static final String PLUGIN_ID = "tailrace.partition-journal";

    private final LedPartitions led = LedPartitions.of(context().system());

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> messages) {
        try {
            List<PlacedBatch> batches = new ArrayList<>();
            Leadership leadership = null;
            for (AtomicWrite write : messages) {
                leadership = led.find(write.persistenceId()).leadership();
                for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
                    PlacedBatch placed = ((BatchAppended) event.payload()).placed();
                    ensurePlace(leadership, placed, event.sequenceNr(), batches.size());
                    batches.add(placed);
                }
            }
            if (leadership == null) {
                return completed(CompletableFuture.completedStage(accepted()));
            }
            return completed(leadership.append(batches).thenApply(done -> accepted()));
        } catch (RuntimeException e) {
            return completed(CompletableFuture.failedStage(e));
        }
    }

    /** No entry for any write means: all were accepted. */
    private static Iterable<Optional<Exception>> accepted() {
        return List.of();
    }

    /** Pekko does not notice a gap in sequence numbers; a batch of another epoch comes from a writer that is over. */
    private static void ensurePlace(Leadership leadership, PlacedBatch placed, long sequenceNr, int ahead) {
        long expected = leadership.log().lastSequenceNr() + 1 + ahead;
        if (placed.leaderEpoch() != leadership.epoch() || sequenceNr != expected) {
            throw new TailraceException(
                    ErrorCode.FENCED,
                    "A write of epoch " + placed.leaderEpoch() + " with sequence number " + sequenceNr
                            + " came where epoch " + leadership.epoch() + " and " + expected
                            + " were due: its writer is over.");
        }
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replay) {
        LedPartitions.Led partition = led.find(persistenceId);
        long last = max >= to - from + 1 ? to : from + max - 1;
        return completed(CompletableFuture.runAsync(
                () -> replay(
                        partition,
                        from,
                        last,
                        (sequenceNr, header) -> replay.accept(repr(persistenceId, sequenceNr, header))),
                partition.io()));
    }

    /**
     * Every sequence number that is not compacted away, or an error: what was let go by retention comes from a snapshot, and a state that forgot some of it
     * would store a batch twice that is sent again.
     */
    private static void replay(LedPartitions.Led partition, long from, long to, ReplayVisitor visitor) {
        Log log = partition.leadership().log();
        long last = Math.min(to, log.lastSequenceNr());
        long first = log.firstSequenceNr();
        if (from <= last && first > from) {
            throw gap(partition, from, first);
        }
        AtomicLong next = new AtomicLong(from);
        log.replay(from, last, (sequenceNr, header) -> {
            // A stand-in has the number of the last batch that it stands for.
            long due = next.getAndSet(sequenceNr + 1);
            if (sequenceNr != due && !header.isStandIn()) {
                throw gap(partition, due, sequenceNr);
            }
            visitor.visit(sequenceNr, header);
        });
        if (next.get() <= last) {
            throw gap(partition, next.get(), last + 1);
        }
    }

    private static TailraceException gap(LedPartitions.Led partition, long from, long first) {
        return new TailraceException(
                ErrorCode.CORRUPT_LOG,
                "What producers have written cannot be told: the batches " + from + " to " + (first - 1)
                        + " are no longer in the log, and "
                        + partition.snapshots().describe()
                        + ". Nothing was deleted: keep the files, restore this log from a copy.");
    }

    private static PersistentRepr repr(
            String persistenceId, long sequenceNr, io.tailrace.engine.record.RecordBatch header) {
        return PersistentRepr.apply(
                BatchAppended.replayed(header), sequenceNr, persistenceId, "", false, null, PersistentRepr.Undefined());
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
        return completed(CompletableFuture.completedStage(
                led.find(persistenceId).leadership().log().lastSequenceNr()));
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long to) {
        return completed(CompletableFuture.failedStage(new TailraceException(
                ErrorCode.INVALID_ARGUMENT, "A partition's batches go by retention, never by its journal.")));
    }

    private static <T> Future<T> completed(CompletionStage<T> stage) {
        return FutureConverters.asScala(stage.exceptionally(failure -> {
            Throwable cause = Failures.cause(failure);
            throw cause instanceof RuntimeException known ? known : new CompletionException(cause);
        }));
    }
}
