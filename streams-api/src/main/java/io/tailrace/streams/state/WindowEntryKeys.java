package io.tailrace.streams.state;

import java.nio.ByteBuffer;

/**
 * The keys under which a window store's values lie. They begin with the number of a segment of time, so that what is forgotten lies together; within it lies what
 * belongs to one key, by start. Drawn in {@link BytesWindowStore}.
 */
record WindowEntryKeys(long segmentMillis, boolean several) {
    private static final byte ENTRY = 1;
    private static final int PREFIX_BYTES = 1 + Long.BYTES;

    long segment(long start) {
        return start / segmentMillis;
    }

    /** Before all of a segment. */
    static byte[] firstOf(long segment) {
        return ByteBuffer.allocate(PREFIX_BYTES).put(ENTRY).putLong(segment).array();
    }

    /** The place of a value, or the first of several. */
    byte[] entry(long segment, byte[] key, long start, int number) {
        int length = PREFIX_BYTES + Integer.BYTES + key.length + Long.BYTES + (several ? Integer.BYTES : 0);
        ByteBuffer entry = ByteBuffer.allocate(length).put(ENTRY).putLong(segment);
        entry.putInt(key.length).put(key).putLong(start);
        if (several) {
            entry.putInt(number);
        }
        return entry.array();
    }

    long start(byte[] entry) {
        return ByteBuffer.wrap(entry).getLong(entry.length - Long.BYTES - (several ? Integer.BYTES : 0));
    }

    static ByteBuffer key(byte[] entry) {
        ByteBuffer read = ByteBuffer.wrap(entry).position(PREFIX_BYTES);
        int length = read.getInt();
        return read.slice(read.position(), length);
    }
}
