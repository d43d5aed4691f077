package io.tailrace.test.simulation;

import io.tailrace.engine.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What a producer hears of a batch.
 *
 * @param outcome what has become of it
 * @param baseOffset where it is, or -1 if that is not known
 * @param code why it was refused
 */
record Answer(Outcome outcome, long baseOffset, @Nullable ErrorCode code) {
    enum Outcome {
        STORED,
        /** Not by this request, and it never will be. */
        REFUSED,
        UNKNOWN
    }

    static Answer stored(long baseOffset) {
        return new Answer(Outcome.STORED, baseOffset, null);
    }

    static Answer duplicate() {
        return new Answer(Outcome.STORED, -1, null);
    }

    static Answer refused(ErrorCode code) {
        return new Answer(Outcome.REFUSED, -1, code);
    }

    static Answer unknown() {
        return new Answer(Outcome.UNKNOWN, -1, null);
    }
}
