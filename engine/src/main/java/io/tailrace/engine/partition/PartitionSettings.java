package io.tailrace.engine.partition;

import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.record.BatchAdmission;
import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.TimestampType;
import java.util.Optional;

/**
 * What a partition needs to know of its topic.
 *
 * @param maxMessageBytes the largest batch accepted, in bytes
 * @param timestampType who sets the records' time
 * @param log how the log is cut into segments
 * @param retention how long records are kept
 * @param replicas how many nodes are to hold the partition, 1 or more: with 2 or more another one may lead it
 * @param codec what its batches are compressed with; empty: as their producers chose
 */
public record PartitionSettings(
        int maxMessageBytes,
        TimestampType timestampType,
        LogSettings log,
        Retention retention,
        int replicas,
        Optional<Codec> codec) {
    /** Of a partition whose batches are stored as they come. */
    public PartitionSettings(
            int maxMessageBytes, TimestampType timestampType, LogSettings log, Retention retention, int replicas) {
        this(maxMessageBytes, timestampType, log, retention, replicas, Optional.empty());
    }

    /** What batches go through before they are appended. */
    BatchAdmission admission() {
        return new BatchAdmission(log.compaction().enabled(), codec);
    }
}
