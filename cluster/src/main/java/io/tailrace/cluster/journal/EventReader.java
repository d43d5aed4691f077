package io.tailrace.cluster.journal;

import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of one persistence id in their order, from a sequence number on: finds the place by binary search with
 * small reads, then reads on with large ones. Each event says which one it follows, so a gap is an error here. Not for use by
 * several threads at once; does not close the view.
 */
final class EventReader {
    private static final int FETCH_BYTES = 1 << 20;
    private static final int PROBE_BYTES = 4096;
    private static final long UNKNOWN = -1;

    private final String persistenceId;
    private final JournalPartition.View view;
    private OffsetRange range = new OffsetRange(0, 0);
    private long position;
    /** Sequence number of the event read last. */
    private long previous = UNKNOWN;

    /** An event and where it lies. */
    record Stored(long offset, JournalRecord.Event event) {}

    EventReader(String persistenceId, JournalPartition.View view) {
        this.persistenceId = persistenceId;
        this.view = view;
    }

    /** Goes to the first event with that sequence number or a higher one; a few lower ones may still come before it. */
    CompletionStage<Void> seek(long sequenceNr) {
        return view.offsets().thenCompose(found -> {
            range = found;
            return floor(sequenceNr, found.startOffset(), found.startOffset(), found.endOffset())
                    .thenAccept(offset -> {
                        // A batch may begin below the log's start.
                        position = Math.max(offset, found.startOffset());
                        previous = position == 0 ? 0 : UNKNOWN;
                    });
        });
    }

    /** What the partition held at the time of {@link #seek}. */
    OffsetRange range() {
        return range;
    }

    /** Whether the end, as it was at the time of {@link #seek}, has been reached. */
    boolean isAtEnd() {
        return position >= range.endOffset();
    }

    /**
     * The offset of an event batch that begins with that sequence number or a lower one, with none such behind it; the
     * start if there is none.
     *
     * @param best the best known
     * @param low everything before it is settled
     * @param high everything from it on has higher sequence numbers
     */
    private CompletionStage<Long> floor(long sequenceNr, long best, long low, long high) {
        if (low >= high || sequenceNr <= 1) {
            return CompletableFuture.completedStage(best);
        }
        long middle = low + (high - low) / 2;
        return firstEventFrom(middle, high, PROBE_BYTES).thenCompose(found -> {
            if (found == null || found.firstSequenceNr > sequenceNr) {
                return floor(sequenceNr, best, low, middle);
            }
            return floor(sequenceNr, Math.max(best, found.offset), found.nextOffset, high);
        });
    }

    private record Probe(long offset, long nextOffset, long firstSequenceNr) {}

    /** The first event batch that begins below the limit, from the one with that offset on; {@code null} if there is none. */
    private CompletionStage<@Nullable Probe> firstEventFrom(long offset, long limit, int maxBytes) {
        if (offset >= limit) {
            return CompletableFuture.completedStage(null);
        }
        return view.fetch(offset, maxBytes).thenCompose(batches -> {
            for (RecordBatch batch : batches) {
                Probe probe = batch.isControl() ? null : probe(batch);
                if (probe != null) {
                    return CompletableFuture.completedStage(probe.offset < limit ? probe : null);
                }
            }
            // Many claims in a row: an actor that starts again and again and says nothing.
            long behind = batches.get(batches.size() - 1).nextOffset();
            return firstEventFrom(behind, limit, Math.min(FETCH_BYTES, maxBytes * 2));
        });
    }

    private @Nullable Probe probe(RecordBatch batch) {
        batch.ensureValid();
        RecordCursor cursor = batch.cursor(RecordBatch.MAX_UNCOMPRESSED_BYTES);
        return cursor.next() && JournalRecord.of(cursor.record(), persistenceId) instanceof JournalRecord.Event event
                ? new Probe(batch.baseOffset(), batch.nextOffset(), event.sequenceNr())
                : null;
    }

    /** The next events there are, possibly none if there was only something else; parks at the tail. */
    CompletionStage<List<Stored>> next() {
        return view.fetch(position, FETCH_BYTES).thenApply(batches -> {
            List<Stored> events = new ArrayList<>();
            for (RecordBatch batch : batches) {
                if (!batch.isControl()) {
                    for (Record record : JournalRecord.records(batch)) {
                        take(record, events);
                    }
                }
                position = batch.nextOffset();
            }
            return events;
        });
    }

    private void take(Record record, List<Stored> events) {
        // The log may begin in the middle of a batch.
        if (record.offset() < range.startOffset()
                || !(JournalRecord.of(record, persistenceId) instanceof JournalRecord.Event event)) {
            return;
        }
        if (previous != UNKNOWN && previous != event.previous()) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    "The events of " + persistenceId + " have a gap: " + event.sequenceNr() + ", which should follow "
                            + event.previous() + ", follows " + previous + ".");
        }
        previous = event.sequenceNr();
        events.add(new Stored(record.offset(), event));
    }

    /** The offset of the first event with that sequence number or a higher one; empty if there is none. */
    CompletionStage<OptionalLong> offsetOf(long sequenceNr) {
        return seek(sequenceNr).thenCompose(done -> firstAtLeast(sequenceNr));
    }

    private CompletionStage<OptionalLong> firstAtLeast(long sequenceNr) {
        if (isAtEnd()) {
            return CompletableFuture.completedStage(OptionalLong.empty());
        }
        return next().thenCompose(events -> {
            for (Stored stored : events) {
                if (stored.event.sequenceNr() >= sequenceNr) {
                    return CompletableFuture.completedStage(OptionalLong.of(stored.offset));
                }
            }
            return firstAtLeast(sequenceNr);
        });
    }
}
