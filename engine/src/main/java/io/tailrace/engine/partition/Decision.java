package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;

/** What a partition makes of a batch that wants to be appended. */
public sealed interface Decision {
    /** It is to be written: this event. */
    record Accept(BatchAppended event) implements Decision {}

    /**
     * The log has it already.
     *
     * @param baseOffset where, or -1 if it is so long ago that this is no longer known
     * @param appendTimeMillis the time that the partition set, or -1
     */
    record Duplicate(long baseOffset, long appendTimeMillis) implements Decision {}

    /** It must not be written. */
    record Refuse(ErrorCode code, String message) implements Decision {}
}
