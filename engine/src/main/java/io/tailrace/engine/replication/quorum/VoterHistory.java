package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.PlacedBatch;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The configurations of one log by the offsets of their entries. The newest one counts from when it is appended, committed or
 * not, and goes when its entry is cut off (rule 17; Raft's thesis, chapter 4; Kafka's VoterSetHistory). Keeps the newest
 * {@value #MAX_KEPT}: all but the very newest are committed, since the next is only begun then, so they will never be needed
 * again but to tell who voted long ago.
 */
public final class VoterHistory {
    /** Stands for the offset of the configuration that the replica was created with, which is no entry. */
    static final long CREATION = -1;

    static final int MAX_KEPT = 100;

    private final NavigableMap<Long, Voters> byOffset = new TreeMap<>();

    /** Of a log without any entry that changes them. */
    public static VoterHistory of(Voters first) {
        VoterHistory history = new VoterHistory();
        history.byOffset.put(CREATION, first);
        return history;
    }

    VoterHistory copy() {
        VoterHistory copy = new VoterHistory();
        copy.byOffset.putAll(byOffset);
        return copy;
    }

    /** Who decides. */
    Voters newest() {
        return byOffset.lastEntry().getValue();
    }

    /** The offset of the entry that says so, or -1. */
    long newestOffset() {
        return byOffset.lastKey();
    }

    /** Who decides where the log ends, or begins, at that offset; of what is forgotten the oldest that is known. */
    Voters at(long end) {
        Map.Entry<Long, Voters> before = byOffset.lowerEntry(end);
        return before == null ? byOffset.firstEntry().getValue() : before.getValue();
    }

    void append(long offset, Voters voters) {
        byOffset.put(offset, voters);
        while (byOffset.size() > MAX_KEPT) {
            byOffset.pollFirstEntry();
        }
    }

    /** Takes what the batches bring. */
    void append(List<PlacedBatch> batches) {
        for (PlacedBatch placed : batches) {
            Voters voters = VotersFormat.in(placed.batch());
            if (voters != null) {
                append(placed.baseOffset(), voters);
            }
        }
    }

    /** The log ends there now. */
    void truncateTo(long end) {
        byOffset.tailMap(Math.max(end, 0), true).clear();
    }

    /** The log begins anew there, where these decided. */
    void reset(long start, Voters voters) {
        truncateTo(start);
        append(start - 1, voters);
        beginAt(start);
    }

    /** The log begins there: of what was before it counts only who decided where it begins. The rest may be of a log that was given up. */
    void beginAt(long base) {
        Long decided = byOffset.lowerKey(base);
        if (decided != null) {
            byOffset.headMap(decided, false).clear();
        }
    }

    SortedMap<Long, Voters> byOffset() {
        return Collections.unmodifiableSortedMap(byOffset);
    }

    @Override
    public String toString() {
        return byOffset.toString();
    }
}
