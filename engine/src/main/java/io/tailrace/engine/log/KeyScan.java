package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.io.IOException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The first walk of compaction: through what has not been compacted yet for the newest offset of each key, and through the headers of
 * everything for the last batches of each producer.
 */
final class KeyScan {
    private final CleaningPlan plan;
    private final CleaningRules rules;
    private final Iterator<Segment> segments;
    private @Nullable CheckedWalk walk;
    private boolean full;

    KeyScan(CleaningPlan plan, CleaningRules rules) {
        this.plan = plan;
        this.rules = rules;
        this.segments = plan.segments().iterator();
        // Below it no key stands twice.
        rules.keys().passed(plan.firstDirtyOffset() - 1);
    }

    /** Looks at the next batch; returns how many bytes it has, 0 at the end. */
    int step() throws IOException {
        CheckedWalk current = walk;
        while (current == null || !current.next()) {
            if (!segments.hasNext()) {
                return 0;
            }
            Segment segment = segments.next();
            current = rules.walk(segment, !full && segment.nextOffset() > plan.firstDirtyOffset());
            walk = current;
        }
        RecordBatch header = current.header();
        rules.lastBatches().note(header);
        if (!full && header.lastOffset() >= plan.firstDirtyOffset()) {
            boolean hasRecords = !header.isControl() && header.recordCount() > 0;
            full = hasRecords && !noteKeys(current.batch());
            if (!full) {
                rules.keys().passed(header.lastOffset());
            }
        }
        return header.sizeInBytes();
    }

    private boolean noteKeys(RecordBatch batch) {
        RecordCursor records = batch.cursor(Compaction.MAX_DECODED_BYTES);
        while (records.next()) {
            boolean dirty = records.keySize() >= 0 && records.offset() >= plan.firstDirtyOffset();
            if (dirty && !rules.keys().put(records.array(), records.keyAt(), records.keySize(), records.offset())) {
                return false;
            }
        }
        return true;
    }

    /** Behind what was looked at: the rest waits for the next pass if there were too many keys. */
    long endOffset() {
        return rules.keys().latestOffset() + 1;
    }
}
