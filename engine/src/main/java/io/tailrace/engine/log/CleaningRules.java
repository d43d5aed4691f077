package io.tailrace.engine.log;

import io.tailrace.engine.log.TombstoneMarks.Horizon;
import io.tailrace.engine.record.BatchCompaction;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import io.tailrace.engine.record.StandIn;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * What becomes of a record, and of a batch, in one pass of compaction. Control batches stay, and the last batches of each producer,
 * with records or without. A batch without records that nobody needs becomes a {@link StandIn} for its offsets. A record without a key
 * stays: nothing can take its place.
 */
final class CleaningRules {
    private final SegmentChain chain;
    private final OffsetMap keys;
    private final LastBatches lastBatches;
    private final BatchCompaction batches = new BatchCompaction(Compaction.MAX_DECODED_BYTES);
    private final long nowMillis;
    private final long horizonMillis;
    private final long tombstonesBelow;
    private Horizon nextHorizon = Horizon.NONE;
    /** The first tombstone of the batch that has been kept. */
    private long firstTombstone;

    CleaningRules(SegmentChain chain, OffsetMap keys, LogCleaning.Bounds bounds) {
        this.chain = chain;
        this.keys = keys;
        this.lastBatches = new LastBatches(bounds.maxProducers());
        this.nowMillis = bounds.nowMillis();
        this.tombstonesBelow = bounds.tombstonesBelow();
        long kept = chain.settings().compaction().deleteRetentionMillis();
        this.horizonMillis = kept > Long.MAX_VALUE - nowMillis ? Long.MAX_VALUE : nowMillis + kept;
    }

    /** Of the tombstones met so far that stay, the first to go. */
    Horizon nextHorizon() {
        return nextHorizon;
    }

    OffsetMap keys() {
        return keys;
    }

    LastBatches lastBatches() {
        return lastBatches;
    }

    CheckedWalk walk(Segment segment, boolean checksums) throws IOException {
        return new CheckedWalk(segment, chain.epochs(), checksums);
    }

    /**
     * What takes the place of that batch, or the batch itself.
     *
     * @param countedAfter how many data batches the log has up to here, this one included
     */
    RecordBatch compacted(RecordBatch batch, long countedAfter) {
        if (batch.isControl() || batch.isStandIn()) {
            return batch;
        }
        OptionalLong horizon = batch.deleteHorizonMillis();
        boolean looked = batch.lastOffset() <= keys.latestOffset();
        firstTombstone = Long.MAX_VALUE;
        RecordBatch retained = batches.retain(batch, record -> keeps(record, horizon), looked ? horizonMillis : -1);
        if (firstTombstone < Long.MAX_VALUE && retained.deleteHorizonMillis().isPresent()) {
            nextHorizon = nextHorizon.orEarlier(
                    new Horizon(retained.deleteHorizonMillis().getAsLong(), firstTombstone));
        }
        return retained.recordCount() > 0 || lastBatches.has(batch)
                ? retained
                : StandIn.of(batch.baseOffset(), batch.lastOffset(), batch.leaderEpoch(), countedAfter);
    }

    private boolean keeps(RecordCursor record, OptionalLong horizon) {
        if (record.keySize() < 0 || record.offset() > keys.latestOffset()) {
            return true;
        }
        if (keys.get(record.array(), record.keyAt(), record.keySize()) > record.offset()) {
            return false;
        }
        if (record.valueSize() >= 0) {
            return true;
        }
        boolean overdue = horizon.isPresent() && nowMillis >= horizon.getAsLong();
        boolean stays = !overdue || record.offset() >= tombstonesBelow;
        firstTombstone = stays ? Math.min(firstTombstone, record.offset()) : firstTombstone;
        return stays;
    }
}
