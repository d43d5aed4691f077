package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;

/** The codec of a batch's records, by the number that stands in the lowest three attribute bits. */
public enum Compression {
    NONE(0),
    GZIP(1),
    SNAPPY(2),
    LZ4(3),
    ZSTD(4);

    private static final Compression[] BY_ID = values();

    private final int id;

    Compression(int id) {
        this.id = id;
    }

    /** The number in the batch header. */
    public int id() {
        return id;
    }

    /**
     * The codec of that number.
     *
     * @throws TailraceException {@link ErrorCode#UNKNOWN_CODEC} for a number no codec has
     */
    public static Compression ofId(int id) {
        if (id < 0 || id >= BY_ID.length) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_CODEC,
                    "Compression codec " + id
                            + " is not known to this version: write with none, gzip, snappy, lz4 or zstd.");
        }
        return BY_ID[id];
    }
}
