package io.tailrace.engine.record;

/**
 * Writing of variable-length integers: zigzag (small negative numbers stay small), then seven bits per byte, lowest first, the
 * top bit set on all but the last byte. The encoding of Protocol Buffers' {@code sint32} and {@code sint64}; reading is
 * {@link ByteCursor}'s.
 */
final class Varint {
    /** The most bytes an int takes. */
    static final int MAX_INT_BYTES = 5;
    /** The most bytes a long takes. */
    static final int MAX_LONG_BYTES = 10;

    private Varint() {}

    /** How many bytes {@link #write(byte[], int, int)} takes. */
    static int sizeOf(int value) {
        int zigzag = (value << 1) ^ (value >> 31);
        return (Integer.SIZE + 6 - Integer.numberOfLeadingZeros(zigzag | 1)) / 7;
    }

    /** How many bytes {@link #write(byte[], int, long)} takes. */
    static int sizeOf(long value) {
        long zigzag = (value << 1) ^ (value >> 63);
        return (Long.SIZE + 6 - Long.numberOfLeadingZeros(zigzag | 1)) / 7;
    }

    /** Writes the value and returns the position after it; the room must be there. */
    static int write(byte[] target, int position, int value) {
        int zigzag = (value << 1) ^ (value >> 31);
        int at = position;
        while ((zigzag & ~0x7f) != 0) {
            target[at++] = (byte) (zigzag | 0x80);
            zigzag >>>= 7;
        }
        target[at++] = (byte) zigzag;
        return at;
    }

    /** Writes the value and returns the position after it; the room must be there. */
    static int write(byte[] target, int position, long value) {
        long zigzag = (value << 1) ^ (value >> 63);
        int at = position;
        while ((zigzag & ~0x7fL) != 0) {
            target[at++] = (byte) (zigzag | 0x80);
            zigzag >>>= 7;
        }
        target[at++] = (byte) zigzag;
        return at;
    }
}
