package io.tailrace.engine.record;

/**
 * A position in an array that reads numbers and steps over bytes, and never leaves its limit: what does not fit is
 * {@code CORRUPT_BATCH}. The fields are open because the one who reads a record moves the limit from record to record.
 */
final class ByteCursor {
    final byte[] array;
    int position;
    int limit;

    ByteCursor(byte[] array, int position, int limit) {
        this.array = array;
        this.position = position;
        this.limit = limit;
    }

    /** A zigzag varint of at most five bytes. */
    int readVarint() {
        int at = position;
        if (at < limit) {
            byte first = array[at];
            if (first >= 0) {
                position = at + 1;
                return (first >>> 1) ^ -(first & 1);
            }
        }
        return readLongerVarint();
    }

    private int readLongerVarint() {
        int zigzag = 0;
        for (int i = 0; i < Varint.MAX_INT_BYTES; i++) {
            int next = readByte();
            zigzag |= (next & 0x7f) << (7 * i);
            if (next >= 0) {
                if (i == Varint.MAX_INT_BYTES - 1 && next > 0x0f) {
                    break;
                }
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw RecordBatch.corrupt("a number in it has more than 32 bits");
    }

    /** A zigzag varint of at most ten bytes. */
    long readVarlong() {
        int at = position;
        if (at < limit) {
            long first = array[at];
            if (first >= 0) {
                position = at + 1;
                return (first >>> 1) ^ -(first & 1L);
            }
        }
        return readLongerVarlong();
    }

    private long readLongerVarlong() {
        long zigzag = 0;
        for (int i = 0; i < Varint.MAX_LONG_BYTES; i++) {
            int next = readByte();
            zigzag |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                if (i == Varint.MAX_LONG_BYTES - 1 && next > 1) {
                    break;
                }
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw RecordBatch.corrupt("a number in it has more than 64 bits");
    }

    byte readByte() {
        if (position >= limit) {
            throw RecordBatch.corrupt("a record in it ends too early");
        }
        return array[position++];
    }

    /** Steps over so many bytes; -1, which stands for null, steps over none. */
    void skipNullable(int size) {
        if (size < -1 || size > limit - position) {
            throw RecordBatch.corrupt("a length in it says " + size + ", " + (limit - position) + " bytes are there");
        }
        if (size > 0) {
            position += size;
        }
    }
}
