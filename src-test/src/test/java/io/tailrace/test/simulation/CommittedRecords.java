package io.tailrace.test.simulation;

import io.tailrace.engine.record.RecordBatch;
import io.tailrace.test.simulation.Values.Placed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What was committed in a log that is compacted, record by record, as it was before: every replica looks at what it has when that is
 * committed, and compacts later. So a record that is not there any more can be told from one that is lost.
 */
public final class CommittedRecords {
    private final NavigableMap<Long, String> values = new TreeMap<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private final Map<String, Long> newest = new HashMap<>();

    /** The next batch, which nobody can have compacted. */
    void note(RecordBatch batch) {
        List<Placed> records = new ArrayList<>();
        Values.read(batch, records);
        if (!batch.isControl() && records.size() != batch.lastOffsetDelta() + 1) {
            throw new Violation(batch + " was compacted before anybody knew that it was committed");
        }
        records.forEach(this::note);
    }

    void note(Placed placed) {
        values.put(placed.offset(), placed.value());
        offsets.put(placed.value(), placed.offset());
        newest.merge(Values.keyOf(placed.value()), placed.offset(), Math::max);
    }

    /** What a batch that replaces others has left of theirs, and that nothing is gone which has to be there. */
    void requireCompacted(String replica, RecordBatch batch) {
        List<Placed> left = new ArrayList<>();
        Values.read(batch, left);
        Map<Long, String> there = new HashMap<>();
        left.forEach(placed -> there.put(placed.offset(), placed.value()));
        there.forEach((offset, value) -> {
            if (!value.equals(values.get(offset))) {
                throw new Violation(
                        replica + " has " + value + " at offset " + offset + ", committed was " + values.get(offset));
            }
        });
        values.subMap(batch.baseOffset(), batch.nextOffset()).forEach((offset, value) -> {
            if (!there.containsKey(offset) && !mayBeGone(offset)) {
                throw new Violation(replica + " has lost " + value + " at offset " + offset
                        + ", which is the newest of its key, in " + batch);
            }
        });
    }

    /** Whether compaction may have taken it: something newer has its key, or it is a tombstone. */
    boolean mayBeGone(long offset) {
        String value = values.get(offset);
        return value != null && (newest.get(Values.keyOf(value)) > offset || Values.isTombstone(value));
    }

    /** Where that value was committed, or -1. */
    long offsetOf(String value) {
        return offsets.getOrDefault(value, -1L);
    }

    /** The newest value of each key that is not deleted, of the records from one offset up to another. */
    Map<String, String> table(long from, long to) {
        List<Placed> records = new ArrayList<>();
        values.subMap(from, Math.max(from, to)).forEach((offset, value) -> records.add(new Placed(offset, value)));
        return table(records);
    }

    /** What somebody knows who has read that. */
    static Map<String, String> table(List<Placed> records) {
        Map<String, String> table = new TreeMap<>();
        for (Placed placed : records) {
            if (Values.isTombstone(placed.value())) {
                table.remove(Values.keyOf(placed.value()));
            } else {
                table.put(Values.keyOf(placed.value()), placed.value());
            }
        }
        return table;
    }
}
