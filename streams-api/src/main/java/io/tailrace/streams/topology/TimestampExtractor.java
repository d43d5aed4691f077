package io.tailrace.streams.topology;

import io.tailrace.streams.ConsumerRecord;

/** Tells when an event was. */
@FunctionalInterface
public interface TimestampExtractor {
    /**
     * The time of the event, in milliseconds since 1970; negative if the record is to be skipped.
     *
     * @param record as it was read
     * @param partitionTime the highest timestamp read from its partition so far, -1 before the first
     */
    long extract(ConsumerRecord<?, ?> record, long partitionTime);

    /** The record's own timestamp. */
    static TimestampExtractor ofRecord() {
        return (record, partitionTime) -> record.timestamp();
    }
}
