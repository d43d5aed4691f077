package io.tailrace.cluster.fetch;

import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** The answer to a {@link ReadRequest}. */
sealed interface ReadResponse {
    /** Batches, and the committed offset when they were read. */
    record Batches(ByteBuffer batches, long highWatermark) implements ReadResponse {}

    /** What the replica holds. */
    record Range(OffsetRange offsets) implements ReadResponse {}

    /** The record of that time, if there is one. */
    record AtTime(OptionalLong offset) implements ReadResponse {}

    /**
     * It cannot be answered.
     *
     * @param startOffset what there is, with OFFSET_OUT_OF_RANGE; else -1
     * @param endOffset the same
     */
    record Failed(ErrorCode code, String message, long startOffset, long endOffset) implements ReadResponse {
        static Failed of(TailraceException why) {
            String message = String.valueOf(why.getMessage());
            return why instanceof OffsetOutOfRangeException range
                    ? new Failed(why.code(), message, range.startOffset(), range.endOffset())
                    : new Failed(why.code(), message, -1, -1);
        }

        TailraceException exception() {
            return code == ErrorCode.OFFSET_OUT_OF_RANGE && startOffset >= 0
                    ? new OffsetOutOfRangeException(message, startOffset, endOffset)
                    : new TailraceException(code, message);
        }
    }
}
