package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.StandIn;
import io.tailrace.engine.replication.FlushMode;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A replica's own log, as far as it knows: what was asked of the disk, and what is on it. One flush is under way at a time;
 * what is written meanwhile waits for the next, which takes it all (group commit). With {@link FlushMode#OS} an append is not
 * forced, and counts as on the disk when it is written; truncations are.
 */
final class LocalLog {
    private static final long NONE = -1;

    private final LogOutline outline;
    private final VoterHistory voters;
    private final Outbox out;
    private final Rules rules;
    private final FlushMode flush;
    private Tombstones tombstones;
    /** Asked for and not reported, in their order; what is known to be written ends where the first begins. */
    private final Deque<Writing> writing = new ArrayDeque<>();
    /** What was forced, or need not be, as far as it is written at all. */
    private long forced;

    private long changes;
    private long durableChanges;
    private long flushId = NONE;
    private long flushingTo;
    private long flushingChanges;

    private record Writing(long id, long base) {}

    /** A log that has been recovered, so that all of it is on the disk. */
    LocalLog(
            LogOutline recovered,
            VoterHistory voters,
            Tombstones tombstones,
            Outbox out,
            Rules rules,
            FlushMode flush) {
        this.outline = recovered;
        this.voters = voters;
        this.tombstones = tombstones;
        this.out = out;
        this.rules = rules;
        this.flush = flush;
        this.forced = recovered.end();
    }

    LogOutline outline() {
        return outline;
    }

    /** Who decides about it, by its entries. */
    VoterHistory voters() {
        return voters;
    }

    /** What is known of its tombstones. */
    Tombstones tombstones() {
        return outline.start() == outline.end() ? tombstones.ofNothing() : tombstones;
    }

    /** Up to where no record is left that a tombstone covers, as far as the log reaches. */
    long settledBelow() {
        return Math.min(tombstones().settledBelow(), outline.end());
    }

    /** Compaction has come so far. */
    void compacted(long settledBelow) {
        tombstones = new Tombstones(Math.max(tombstones.settledBelow(), settledBelow), tombstones.goneBelow());
    }

    /** Everything below is on the disk. */
    long flushed() {
        return rules.onDisk(forced, writing.isEmpty() ? outline.end() : writing.element().base);
    }

    /** Whether nothing that was asked for is missing on the disk, truncations included. */
    boolean isDurable() {
        return durableChanges == changes && writing.isEmpty();
    }

    /** Appends what belongs at the end. A batch that lets go all before it goes alone: the disk begins a segment with it. */
    void append(List<PlacedBatch> batches) {
        append(batches, flush == FlushMode.BATCH, Tombstones.NONE);
    }

    /** Appends what belongs at the end and is forced, whatever the flush mode. */
    void appendForced(List<PlacedBatch> batches) {
        append(batches, true, Tombstones.NONE);
    }

    private void append(List<PlacedBatch> batches, boolean force, Tombstones source) {
        int from = 0;
        for (int i = 1; i < batches.size(); i++) {
            if (LogStarts.letsAllGo(batches.get(i))) {
                appendTogether(batches.subList(from, i), force, source);
                from = i;
            }
        }
        appendTogether(batches.subList(from, batches.size()), force, source);
    }

    private void appendTogether(List<PlacedBatch> together, boolean force, Tombstones source) {
        List<PlacedBatch> batches = List.copyOf(together);
        tombstones = tombstones().continued(outline.end(), source);
        writing.add(new Writing(out.io(id -> new Output.AppendToLog(id, batches, source)), outline.end()));
        for (PlacedBatch batch : batches) {
            outline.append(batch.leaderEpoch(), batch.nextOffset());
            outline.announce(batch.batch(), batch.baseOffset());
        }
        voters.append(batches);
        if (force) {
            changes++;
        }
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
            // One that stands for several may begin with what both have, and go on behind what only one of them has.
            long same = outline.endOf(batch.leaderEpoch()).endOffset();
            if (same < Math.min(batch.nextOffset(), outline.end())) {
                return same;
            }
        }
        return outline.end();
    }

    /**
     * Takes from the batches, which follow an entry that matches, what is not here yet, behind what does not conflict. The other log may
     * have been compacted, and have a stand-in for batches of which the first ones are here.
     */
    void take(List<RecordBatch> batches, Tombstones source) {
        List<PlacedBatch> fresh = new ArrayList<>();
        for (RecordBatch batch : batches) {
            long end = outline.end();
            if (batch.baseOffset() >= end) {
                fresh.add(new PlacedBatch(batch, batch.baseOffset(), batch.leaderEpoch(), -1));
            } else if (batch.isStandIn() && batch.nextOffset() > end) {
                fresh.add(new PlacedBatch(StandIn.from(batch, end), end, batch.leaderEpoch(), -1));
            }
        }
        if (!fresh.isEmpty()) {
            append(fresh, flush == FlushMode.BATCH, source);
        }
    }

    void truncateTo(long offset) {
        out.io(id -> new Output.Truncate(id, offset));
        // Whatever becomes of an append that is cut off again, its end is where the log ends.
        writing.removeIf(append -> append.base >= offset);
        endAt(offset);
        changes++;
        flush();
    }

    /**
     * Gives up all of it, for a log that begins there (rule 16). What was under way counts for nothing any more.
     *
     * @return the id of the I/O
     */
    long reset(LogPlace place, Voters decided, long snapshotOffset, ByteBuffer snapshot) {
        long id = out.io(io -> new Output.Reset(io, place, decided, snapshotOffset, snapshot));
        writing.clear();
        outline.reset(place);
        voters.reset(place.offset(), decided);
        forced = rules.onDiskBeforeReset(place.offset());
        flushingTo = 0;
        changes++;
        flush();
        return id;
    }

    private void endAt(long offset) {
        outline.truncateTo(offset);
        voters.truncateTo(rules.votersKept(offset));
        forced = Math.min(forced, offset);
        flushingTo = Math.min(flushingTo, offset);
    }

    private void flush() {
        if (flushId != NONE) {
            return;
        }
        if (durableChanges == changes) {
            forced = outline.end();
        } else {
            flushId = out.io(Output.Flush::new);
            flushingTo = outline.end();
            flushingChanges = changes;
        }
    }

    /** Whether more is on the disk now that this has been done. */
    boolean done(long id) {
        if (id == flushId) {
            flushId = NONE;
            durableChanges = flushingChanges;
            forced = Math.max(forced, flushingTo);
            flush();
            return true;
        }
        long before = flushed();
        boolean written = writing.removeIf(append -> append.id == id);
        return written && (flushed() > before || isDurable());
    }

    /**
     * Takes back an append that found no room, and all behind it: none of them follows the log's end any more.
     *
     * @return whether it was still to be written; not if it has gone with an earlier one, or was cut off
     */
    boolean takeBack(long id) {
        for (Writing append : writing) {
            if (append.id == id) {
                writing.removeIf(later -> later.id >= id);
                endAt(rules.takenBackTo(append.base, outline.end()));
                return true;
            }
        }
        return false;
    }
}
