package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The shape of a log as it will be when all that was asked of the disk is done: its bounds, where each epoch begins (KIP-101),
 * and which moves of its start it announces. With it the state machine compares logs without a disk. As large as the log's own
 * epoch index.
 */
public final class LogOutline {
    static final int NO_EPOCH = -1;

    private final NavigableMap<Integer, Long> starts = new TreeMap<>();
    /** Where entries say that the log begins, by the entries' offsets; both ascend. Only what is still to be made. */
    private final NavigableMap<Long, Long> announced = new TreeMap<>();

    private long start;
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
        log.epochStarts().forEach((epoch, first) -> {
            // The epoch index is written ahead of the log, and may know an epoch of which no batch came to be.
            if (first < outline.end) {
                outline.starts.put(epoch, first);
            }
        });
        outline.announced.putAll(log.announcedStarts());
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

    /** Takes in what the batch says about the log's start; most say nothing. */
    void announce(RecordBatch batch, long offset) {
        if (batch.isControl() && ControlRecords.isLogStart(batch)) {
            long newStart = ControlRecords.logStartOf(batch);
            if (newStart > announcedBelow(Long.MAX_VALUE)) {
                announced.put(offset, newStart);
            }
        }
    }

    /** Where the log begins by what the entries below that offset say, whether the move is made or not. */
    long announcedBelow(long limitOffset) {
        Map.Entry<Long, Long> newest = announced.lowerEntry(limitOffset);
        return newest == null ? start : newest.getValue();
    }

    /** The move is made. */
    void startMoved(long newStart) {
        start = Math.max(start, newStart);
        announced.values().removeIf(each -> each <= start);
    }

    void truncateTo(long offset) {
        end = offset;
        starts.values().removeIf(first -> first >= offset);
        announced.tailMap(offset, true).clear();
    }
}
