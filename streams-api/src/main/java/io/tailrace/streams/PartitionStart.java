package io.tailrace.streams;

import io.tailrace.streams.PartitionStart.AtOffset;
import io.tailrace.streams.PartitionStart.AtTime;
import io.tailrace.streams.PartitionStart.ByReset;

/** Where the reading of a partition begins. */
sealed interface PartitionStart permits ByReset, AtOffset, AtTime {
    /** Where the settings' {@link AutoOffsetReset} says. */
    record ByReset() implements PartitionStart {}

    /** At an offset. */
    record AtOffset(long offset) implements PartitionStart {
        public AtOffset {
            if (offset < 0) {
                throw new IllegalArgumentException("Offsets are numbered from 0, not " + offset);
            }
        }
    }

    /** At the first record that is not older, milliseconds since 1970. */
    record AtTime(long timestampMillis) implements PartitionStart {}
}
