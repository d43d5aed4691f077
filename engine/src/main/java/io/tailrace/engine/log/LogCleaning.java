package io.tailrace.engine.log;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One pass of compaction over a log, some bytes at a time (Kafka's {@code Cleaner}): first it notes the newest offset of each key of
 * what has not been compacted yet, then it writes all closed segments anew without the records that are superseded, and puts each new
 * segment in the place of the old ones ({@link SegmentSwap}). When the map of keys is full the rest is left for another pass.
 *
 * <p>Appends and reads go on; an append waits while segments are exchanged. For one thread at a time. Memory: the map, a chunk of a
 * segment, one batch decompressed.
 */
public final class LogCleaning {
    private final Log log;
    private final SegmentChain chain;
    private final CleaningPlan plan;
    private final CleaningRules rules;
    private final KeyScan keys;
    private final int segmentBytes;
    private final long mostToWrite;
    private @Nullable Queue<List<Segment>> groups;
    private @Nullable SegmentRewrite rewrite;
    private boolean done;
    private long bytesRead;
    private long bytesFreed;

    /**
     * What compaction has to heed.
     *
     * @param nowMillis by the clock, milliseconds since 1970
     * @param limitOffset nothing at or behind it is touched: it is committed, and there is a snapshot as of it (rule 16)
     * @param tombstonesBelow only below it tombstones go when their time has come, and only where compaction has been before
     * @param maxProducers of so many idempotent producers the last batches stay, those that have written last
     */
    public record Bounds(long nowMillis, long limitOffset, long tombstonesBelow, int maxProducers) {
        Bounds withTombstonesBelow(long offset) {
            long below = Math.min(limitOffset, Math.min(tombstonesBelow, offset));
            return new Bounds(nowMillis, limitOffset, below, maxProducers);
        }
    }

    LogCleaning(Log log, SegmentChain chain, CleaningPlan plan, OffsetMap map, Bounds bounds) {
        this.log = log;
        this.chain = chain;
        this.plan = plan;
        map.clear(plan.dirtyOffsets());
        this.rules = new CleaningRules(chain, map, bounds);
        this.keys = new KeyScan(plan, rules);
        this.segmentBytes = chain.settings().segmentBytes();
        this.mostToWrite = plan.bytesToWrite(segmentBytes);
    }

    /**
     * Does some more of the work.
     *
     * @param maxBytes about how many bytes are read
     * @return whether there is more to do
     * @throws TailraceException {@link ErrorCode#CORRUPT_LOG}: there is damage, and everything is as it was; {@link ErrorCode#DISK_FULL}, {@link ErrorCode#IO_FAILED},
     *     {@link ErrorCode#CLOSED}. It is over then
     */
    public boolean step(long maxBytes) {
        return log.cleaning(() -> {
            try {
                for (long left = maxBytes; left > 0 && !done && !log.isClosing(); ) {
                    left -= advance();
                }
                return !done;
            } catch (IOException | RuntimeException e) {
                boolean gone = !chain.holds(sources());
                abandon();
                if (gone) {
                    return false; // Retention has taken them away meanwhile, or the log has begun anew.
                }
                throw e;
            }
        });
    }

    private long advance() throws IOException {
        if (groups == null) {
            int bytes = keys.step();
            if (bytes == 0) {
                groups = new ArrayDeque<>(plan.groups(keys.endOffset(), segmentBytes));
            }
            bytesRead += bytes;
            return Math.max(bytes, 1);
        }
        SegmentRewrite current = rewrite;
        if (current == null) {
            List<Segment> group = groups.poll();
            if (group == null) {
                log.cleanedTo(keys.endOffset(), rules.nextHorizon());
                done = true;
                return 1;
            }
            rewrite = new SegmentRewrite(chain.files(), chain, group, rules);
            return 1;
        }
        int bytes = current.step();
        if (bytes == 0) {
            finish(current);
        }
        bytesRead += bytes;
        return Math.max(bytes, 1);
    }

    private void finish(SegmentRewrite finished) throws IOException {
        finished.finish();
        // From here on it is not this one's to remove: it may be in force.
        rewrite = null;
        if (!finished.isChanged()) {
            finished.discard();
        } else if (log.replace(finished)) {
            bytesFreed += finished.oldBytes() - finished.fresh().size();
        } else {
            // What retention has left of them is not compacted. So nothing behind them may be, else a tombstone goes
            // before what it
            // deletes, and it must not count as compacted.
            done = true;
        }
    }

    /**
     * Ends it before its time. What has been compacted so far stays so.
     *
     * @throws TailraceException {@link ErrorCode#IO_FAILED}, {@link ErrorCode#CLOSED}
     */
    public void giveUp() {
        log.cleaning(() -> {
            abandon();
            return done;
        });
    }

    /** How many bytes it may still write, at most, before it gives as many or more free. */
    public long bytesToWrite() {
        if (done) {
            return 0;
        }
        SegmentRewrite current = rewrite;
        long now = current == null ? 0 : current.bytesToWrite();
        return groups == null ? mostToWrite : Math.max(now, CleaningPlan.largest(groups));
    }

    private List<Segment> sources() {
        SegmentRewrite current = rewrite;
        return current == null ? plan.segments() : current.old();
    }

    /** The same, for who holds the log's lock of compaction. */
    void abandon() {
        done = true;
        SegmentRewrite unfinished = rewrite;
        rewrite = null;
        if (unfinished != null) {
            try {
                unfinished.discard();
            } catch (IOException leftForTheNextStart) {
                // Nobody takes it for anything but what it is.
            }
        }
    }

    /** How many bytes have been read, each segment twice. */
    public long bytesRead() {
        return bytesRead;
    }

    /** By how many bytes the log has become shorter. */
    public long bytesFreed() {
        return bytesFreed;
    }
}
