package io.tailrace.engine.error;

/** {@link ErrorCode#OFFSET_OUT_OF_RANGE} with the offsets that there are, for whoever wants to go on at one of them. */
public final class OffsetOutOfRangeException extends TailraceException {
    private static final long serialVersionUID = 1L;

    private final long startOffset;
    private final long endOffset;

    /**
     * The error.
     *
     * @param startOffset of the first record that is still there
     * @param endOffset the high watermark: the offset after the last committed record
     */
    public OffsetOutOfRangeException(String message, long startOffset, long endOffset) {
        super(ErrorCode.OFFSET_OUT_OF_RANGE, message);
        this.startOffset = startOffset;
        this.endOffset = endOffset;
    }

    /** The offset of the first record that was still there. */
    public long startOffset() {
        return startOffset;
    }

    /** The offset after the last committed record. */
    public long endOffset() {
        return endOffset;
    }
}
