package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * A replica's own log, as far as it knows: what was asked of the disk, and what is on it. One flush is under way at a time;
 * what is written meanwhile waits for the next, which takes it all (group commit).
 */
final class LocalLog {
    private static final long NONE = -1;

    private final LogOutline outline;
    private final VoterHistory voters;
    private final Outbox out;
    private final Rules rules;
    private long flushed;
    private long changes;
    private long durableChanges;
    private long flushId = NONE;
    private long flushingTo;
    private long flushingChanges;

    /** A log that has been recovered, so that all of it is on the disk. */
    LocalLog(LogOutline recovered, VoterHistory voters, Outbox out, Rules rules) {
        this.outline = recovered;
        this.voters = voters;
        this.out = out;
        this.rules = rules;
        this.flushed = recovered.end();
    }

    LogOutline outline() {
        return outline;
    }

    /** Who decides about it, by its entries. */
    VoterHistory voters() {
        return voters;
    }

    /** Everything below is on the disk. */
    long flushed() {
        return flushed;
    }

    /** Whether nothing that was asked for is missing on the disk, truncations included. */
    boolean isDurable() {
        return durableChanges == changes;
    }

    /** Appends what belongs at the end. */
    void append(List<PlacedBatch> batches) {
        out.io(id -> new Output.AppendToLog(id, batches));
        for (PlacedBatch batch : batches) {
            outline.append(batch.leaderEpoch(), batch.nextOffset());
        }
        voters.append(batches);
        changes++;
        flush();
    }

    /** Where the first of the batches stands that conflicts with what is here, or the end if none does. */
    long firstConflict(List<RecordBatch> batches) {
        for (RecordBatch batch : batches) {
            long base = batch.baseOffset();
            if (base >= outline.end()) {
                break;
            }
            if (!rules.isSame(outline.epochBefore(base + 1), batch.leaderEpoch())) {
                return base;
            }
        }
        return outline.end();
    }

    /** Takes from the batches, which follow an entry that matches, what is not here yet, behind what does not conflict. */
    void take(List<RecordBatch> batches) {
        List<PlacedBatch> fresh = new ArrayList<>();
        for (RecordBatch batch : batches) {
            if (batch.baseOffset() >= outline.end()) {
                fresh.add(new PlacedBatch(batch, batch.baseOffset(), batch.leaderEpoch(), -1));
            }
        }
        if (!fresh.isEmpty()) {
            append(fresh);
        }
    }

    void truncateTo(long offset) {
        out.io(id -> new Output.Truncate(id, offset));
        outline.truncateTo(offset);
        voters.truncateTo(rules.votersKept(offset));
        flushed = Math.min(flushed, offset);
        flushingTo = Math.min(flushingTo, offset);
        changes++;
        flush();
    }

    private void flush() {
        if (flushId == NONE && !isDurable()) {
            flushId = out.io(Output.Flush::new);
            flushingTo = outline.end();
            flushingChanges = changes;
        }
    }

    /** Whether that was the flush under way. */
    boolean done(long id) {
        if (id != flushId) {
            return false;
        }
        flushId = NONE;
        durableChanges = flushingChanges;
        flushed = Math.max(flushed, flushingTo);
        flush();
        return true;
    }
}
