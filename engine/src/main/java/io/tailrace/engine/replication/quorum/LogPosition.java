package io.tailrace.engine.replication.quorum;

import java.util.Comparator;

/**
 * Where a log ends. Of two logs the greater is the one whose last entry has the higher epoch and, of equal ones, the longer
 * (rule 4): a longer log of an older epoch may be all uncommitted.
 *
 * @param lastEpoch the epoch of the last batch, or -1 in an empty log
 * @param endOffset the offset after the last record
 */
public record LogPosition(int lastEpoch, long endOffset) {
    static final Comparator<LogPosition> GREATER =
            Comparator.comparingInt(LogPosition::lastEpoch).thenComparingLong(LogPosition::endOffset);
}
