package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.log.Log;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The shape of a log as it will be when all that was asked of the disk is done: its bounds, and where each epoch begins
 * (KIP-101). With it the state machine compares logs without a disk. As large as the log's own epoch index.
 */
public final class LogOutline {
    static final int NO_EPOCH = -1;

    private final long start;
    private final NavigableMap<Integer, Long> starts = new TreeMap<>();
    private long end;

    private LogOutline(long start, long end) {
        this.start = start;
        this.end = end;
    }

    /** An empty log. */
    public static LogOutline empty() {
        return new LogOutline(0, 0);
    }

    /** The outline of a log that has just been opened. */
    public static LogOutline of(Log log) {
        LogOutline outline = new LogOutline(log.startOffset(), log.endOffset());
        int epoch = log.lastEpoch();
        while (epoch != NO_EPOCH) {
            EpochEnd before = log.endOfEpoch(epoch - 1);
            // The epoch index is written ahead of the log, and may know an epoch of which no batch came to be.
            if (before.endOffset() < outline.end) {
                outline.starts.put(epoch, before.endOffset());
            }
            epoch = before.epoch();
        }
        return outline;
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    LogPosition position() {
        return new LogPosition(lastEpoch(), end);
    }

    int lastEpoch() {
        return starts.isEmpty() ? NO_EPOCH : starts.lastKey();
    }

    /** The epoch of the entry before that offset, or -1 at the log's start. */
    int epochBefore(long offset) {
        int found = NO_EPOCH;
        for (Map.Entry<Integer, Long> epoch : starts.descendingMap().entrySet()) {
            if (epoch.getValue() < offset) {
                found = epoch.getKey();
                break;
            }
        }
        return found;
    }

    /** Whether there is an entry of that epoch before that offset: then both logs are the same up to it. */
    boolean matches(long offset, int previousEpoch) {
        return offset >= start && offset <= end && epochBefore(offset) == previousEpoch;
    }

    /** Where the largest epoch that is not above the given one ends; without one, the log's start. */
    EpochEnd endOf(int epoch) {
        Map.Entry<Integer, Long> floor = starts.floorEntry(epoch);
        if (floor == null) {
            return new EpochEnd(NO_EPOCH, start);
        }
        Map.Entry<Integer, Long> above = starts.higherEntry(floor.getKey());
        return new EpochEnd(floor.getKey(), above == null ? end : above.getValue());
    }

    /** The last offset up to which this log may be the other one's, which says so much about itself (KIP-279). */
    long agreement(EpochEnd other) {
        EpochEnd own = endOf(other.epoch());
        return own.epoch() == other.epoch() ? Math.min(own.endOffset(), other.endOffset()) : own.endOffset();
    }

    void append(int epoch, long nextOffset) {
        starts.putIfAbsent(epoch, end);
        end = nextOffset;
    }

    void truncateTo(long offset) {
        end = offset;
        starts.values().removeIf(first -> first >= offset);
    }
}
