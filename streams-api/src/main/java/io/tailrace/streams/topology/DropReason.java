package io.tailrace.streams.topology;

/** Why a record goes no further. */
public enum DropReason {
    /** It has no key, and the operator goes by the key. */
    NULL_KEY,
    /** It has no value, and the operator goes by the value. */
    NULL_VALUE,
    /** Its value names no key of the table that it is joined with. */
    NULL_FOREIGN_KEY,
    /** It answers for a value that has changed since: a later answer is on its way. */
    STALE,
    /** The window that it belongs to is closed: it came later than the grace period allows. */
    LATE,
    /** Another of the same id has gone on. */
    DUPLICATE,
    /** Its timestamp extractor gave a negative time, which means "skip it". */
    NEGATIVE_TIMESTAMP,
    /** Its source's deserializers refused it, and the application's handler had it skipped. */
    DESERIALIZATION_FAILED,
    /** A function threw, and the application's handler had the record skipped. */
    PROCESSING_FAILED,
    /** A sink's serializers refused it, and the application's handler had it skipped. */
    SERIALIZATION_FAILED
}
