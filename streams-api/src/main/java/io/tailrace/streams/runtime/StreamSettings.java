package io.tailrace.streams.runtime;

import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.topology.TimestampExtractor;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an application runs.
 *
 * @param guarantee {@code processing.guarantee}
 * @param commitInterval how long after the first uncommitted record a commit is made at the latest ({@code commit.interval.ms})
 * @param maxCommitBytes how many bytes of changes and outputs a commit collects at most
 * @param bufferedBytes how many bytes a task reads ahead per input partition
 * @param maxTaskIdle how long a task that has records of one partition waits for those of another, to take them in the order of time ({@code max.task.idle.ms})
 * @param reset where to begin in a topic without a position ({@code auto.offset.reset})
 * @param timestamps of records whose source has no extractor of its own; {@code null}: their own timestamps
 * @param stateDirectory where stores on disk lie; {@code null}: stores are kept in memory
 * @param minRestartBackoff after which a failed task begins anew, the first time
 * @param maxRestartBackoff the longest time after which it does
 */
public record StreamSettings(
        ProcessingGuarantee guarantee,
        Duration commitInterval,
        int maxCommitBytes,
        int bufferedBytes,
        Duration maxTaskIdle,
        AutoOffsetReset reset,
        @Nullable TimestampExtractor timestamps,
        @Nullable Path stateDirectory,
        Duration minRestartBackoff,
        Duration maxRestartBackoff) {
    private static final int MIB = 1 << 20;

    /** Exactly once, a commit each 100 ms, from the earliest record on, with stores in memory. */
    public static StreamSettings defaults() {
        return new StreamSettings(
                ProcessingGuarantee.EXACTLY_ONCE,
                Duration.ofMillis(100),
                4 * MIB,
                2 * MIB,
                Duration.ZERO,
                AutoOffsetReset.EARLIEST,
                null,
                null,
                Duration.ofMillis(500),
                Duration.ofSeconds(30));
    }
}
