package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.StandIn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The second walk of compaction: writes what remains of some segments that follow each other into one new segment beside them. Stand-ins
 * that come to lie side by side become one.
 */
final class SegmentRewrite {
    private static final int CHUNK_BYTES = 1 << 18;
    /** A segment at once would keep whoever else forces something waiting. */
    private static final int FORCE_EVERY_BYTES = 4 << 20;

    private final FileStore files;
    private final List<Segment> old;
    private final CleaningRules rules;
    private final Segment fresh;
    private final Iterator<Segment> sources;
    private final List<PlacedBatch> pending = new ArrayList<>();
    private int pendingBytes;
    private @Nullable CheckedWalk walk;
    private @Nullable RecordBatch standIn;
    private long counted;
    private long readBytes;
    private int forcedBytes;
    private boolean changed;

    SegmentRewrite(FileStore files, SegmentChain chain, List<Segment> old, CleaningRules rules) throws IOException {
        this.files = files;
        this.old = old;
        this.rules = rules;
        this.sources = old.iterator();
        this.changed = old.size() > 1;
        Segment first = old.get(0);
        this.counted = first.baseSequence();
        this.fresh = new Segment(
                files,
                CheckedFile.directoryOf(first.path()),
                first.baseOffset(),
                first.baseSequence(),
                chain.settings(),
                SegmentSwap.CLEANED);
        fresh.create();
    }

    /** Writes the next batch; returns how many bytes it had, 0 at the end. */
    int step() throws IOException {
        CheckedWalk current = walk;
        while (current == null || !current.next()) {
            if (!sources.hasNext()) {
                return 0;
            }
            Segment source = sources.next();
            // Numbers that a log without its epoch index had to count anew are as the segment says.
            counted = source.baseSequence();
            current = rules.walk(source, true);
            walk = current;
        }
        RecordBatch batch = current.batch();
        counted = batch.countedAfter(counted);
        RecordBatch remains = rules.compacted(batch, counted);
        changed |= remains != batch;
        take(remains);
        readBytes += batch.sizeInBytes();
        return batch.sizeInBytes();
    }

    private void take(RecordBatch batch) throws IOException {
        RecordBatch before = standIn;
        if (before != null && StandIn.canJoin(before, batch)) {
            standIn = StandIn.joined(before, batch);
            changed = true;
            return;
        }
        writeStandIn();
        if (batch.isStandIn()) {
            standIn = StandIn.from(batch, batch.baseOffset());
        } else {
            write(batch);
        }
    }

    private void writeStandIn() throws IOException {
        RecordBatch last = standIn;
        standIn = null;
        if (last != null) {
            write(last);
        }
    }

    private void write(RecordBatch batch) throws IOException {
        ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
        batch.copyTo(copy, batch.baseOffset(), batch.leaderEpoch(), -1);
        pending.add(new PlacedBatch(RecordBatch.at(copy.flip()), batch.baseOffset(), batch.leaderEpoch(), -1));
        pendingBytes += batch.sizeInBytes();
        if (pendingBytes >= CHUNK_BYTES) {
            drain();
        }
    }

    private void drain() throws IOException {
        if ((long) fresh.size() + pendingBytes > Integer.MAX_VALUE) {
            throw new IOException(fresh.path() + " would become larger than any segment");
        }
        if (!pending.isEmpty()) {
            fresh.append(pending, 0);
            pending.clear();
            pendingBytes = 0;
            if (fresh.size() - forcedBytes >= FORCE_EVERY_BYTES) {
                fresh.force();
                forcedBytes = fresh.size();
            }
        }
    }

    /** Brings everything to the disk, the index and the names included: nobody waits for that yet. */
    void finish() throws IOException {
        writeStandIn();
        drain();
        fresh.force();
        fresh.seal();
        fresh.close();
        files.syncDirectory(CheckedFile.directoryOf(fresh.path()));
    }

    /** Whether anything is other than it was. */
    boolean isChanged() {
        return changed;
    }

    /** What was rewritten. */
    List<Segment> old() {
        return old;
    }

    /** How many bytes that had. */
    long oldBytes() {
        return CleaningPlan.bytes(old);
    }

    /** How many bytes may still be written, at most. */
    long bytesToWrite() {
        return oldBytes() - readBytes + pendingBytes;
    }

    /** The new segment, under a name of its own as long as the old ones are in force. */
    Segment fresh() {
        return fresh;
    }

    /** Removes what was written. */
    void discard() throws IOException {
        fresh.delete();
    }
}
