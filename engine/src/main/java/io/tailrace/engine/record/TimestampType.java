package io.tailrace.engine.record;

/** What a record's timestamp means, as the batch header's attribute bit 3 says. */
public enum TimestampType {
    /** The producer set it. */
    CREATE_TIME,
    /** The partition set it when it appended the batch; all records of the batch share it. */
    LOG_APPEND_TIME
}
