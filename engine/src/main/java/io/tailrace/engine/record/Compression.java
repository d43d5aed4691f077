package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;

/** The codec of a batch's records, by the number that stands in the lowest three attribute bits. */
public enum Compression {
    NONE(0, 0, 0, 0),
    GZIP(1, 1, 9, -1),
    SNAPPY(2, 0, 0, 0),
    LZ4(3, 1, 17, 9),
    ZSTD(4, -(1 << 17), 22, 3);

    private static final Compression[] BY_ID = values();

    private final int id;
    private final int minLevel;
    private final int maxLevel;
    private final int defaultLevel;

    Compression(int id, int minLevel, int maxLevel, int defaultLevel) {
        this.id = id;
        this.minLevel = minLevel;
        this.maxLevel = maxLevel;
        this.defaultLevel = defaultLevel;
    }

    /** The number in the batch header. */
    public int id() {
        return id;
    }

    /** The lowest level that it has: the quickest. These numbers are Kafka's (KIP-390). */
    public int minLevel() {
        return minLevel;
    }

    /** The highest level that it has: the densest, and the slowest. */
    public int maxLevel() {
        return maxLevel;
    }

    /** The level that stands for "as the codec likes it best"; of gzip it lies outside of the others. */
    public int defaultLevel() {
        return defaultLevel;
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
