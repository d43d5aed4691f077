package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.OutputStream;
import java.util.Arrays;

/** A growing array that refuses with {@code DECOMPRESSION_LIMIT} to grow beyond its bound. Codecs write straight into the array. */
final class BoundedBytes extends OutputStream {
    private final int maxBytes;
    private byte[] array;
    private int size;

    BoundedBytes(int firstCapacity, int maxBytes) {
        this.maxBytes = maxBytes;
        this.array = new byte[firstCapacity];
    }

    /** The array as it stands; another one after the next growth. */
    byte[] array() {
        return array;
    }

    int size() {
        return size;
    }

    /** Bytes that fit before it has to grow. */
    int room() {
        return array.length - size;
    }

    void ensureRoom(int more) {
        long needed = (long) size + more;
        if (needed > maxBytes) {
            throw new TailraceException(
                    ErrorCode.DECOMPRESSION_LIMIT,
                    "The batch's records decompress to more than " + maxBytes
                            + " bytes: raise the reader's limit or send smaller batches.");
        }
        if (needed > array.length) {
            array = Arrays.copyOf(array, (int) Math.min(maxBytes, Math.max(needed, 2L * array.length)));
        }
    }

    /** Makes room for so many bytes, or for as many as the bound leaves; returns how many. */
    int reserveUpTo(int wanted) {
        int granted = (int) Math.min(wanted, Math.max(0L, (long) maxBytes - size));
        ensureRoom(granted);
        return granted;
    }

    /** Counts bytes that have been written to the array, or leaves room that will be. */
    void advance(int written) {
        ensureRoom(written);
        size += written;
    }

    void put(byte[] source, int start, int length) {
        ensureRoom(length);
        System.arraycopy(source, start, array, size, length);
        size += length;
    }

    @Override
    public void write(int b) {
        ensureRoom(1);
        array[size++] = (byte) b;
    }

    @Override
    public void write(byte[] source, int start, int length) {
        put(source, start, length);
    }
}
