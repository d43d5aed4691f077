package io.tailrace.engine.record;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * A growing array that refuses with {@code DECOMPRESSION_LIMIT} to grow beyond its bound. Codecs write straight into the array. One that
 * only counts forgets what was written to it, and stays as small as what is written at once.
 */
final class BoundedBytes extends OutputStream {
    private static final int COUNTING_BYTES = 1 << 16;

    private final int maxBytes;
    private final boolean counting;
    private byte[] array;
    private int size;
    private int forgotten;

    BoundedBytes(int firstCapacity, int maxBytes) {
        this(firstCapacity, maxBytes, false);
    }

    private BoundedBytes(int firstCapacity, int maxBytes, boolean counting) {
        this.maxBytes = maxBytes;
        this.counting = counting;
        this.array = new byte[firstCapacity];
    }

    /** One that only counts. */
    static BoundedBytes counting(int maxBytes) {
        return new BoundedBytes(COUNTING_BYTES, maxBytes, true);
    }

    /** Whether all that was written is still there. */
    boolean isWhole() {
        return !counting;
    }

    /** The array as it stands; another one after the next growth. */
    byte[] array() {
        return array;
    }

    /** Where the next byte goes. */
    int size() {
        return size;
    }

    /** How many bytes were written. */
    int written() {
        return forgotten + size;
    }

    /** Bytes that fit before it has to grow. */
    int room() {
        return array.length - size;
    }

    void ensureRoom(int more) {
        if ((long) forgotten + size + more > maxBytes) {
            throw new TailraceException(
                    ErrorCode.DECOMPRESSION_LIMIT,
                    "The batch's records decompress to more than " + maxBytes
                            + " bytes: raise the reader's limit or send smaller batches.");
        }
        long needed = (long) size + more;
        if (needed > array.length) {
            array = Arrays.copyOf(array, (int) Math.min(maxBytes, Math.max(needed, 2L * array.length)));
        }
    }

    /** Makes room for so many bytes, or for as many as the bound leaves; returns how many. */
    int reserveUpTo(int wanted) {
        int granted = (int) Math.min(wanted, Math.max(0L, (long) maxBytes - forgotten - size));
        ensureRoom(granted);
        return granted;
    }

    /** Counts bytes that have been written to the array, or leaves room that will be. */
    void advance(int written) {
        ensureRoom(written);
        size += written;
        forget();
    }

    private void forget() {
        if (counting) {
            forgotten += size;
            size = 0;
        }
    }

    void put(byte[] source, int start, int length) {
        ensureRoom(length);
        System.arraycopy(source, start, array, size, length);
        size += length;
        forget();
    }

    @Override
    public void write(int b) {
        ensureRoom(1);
        array[size++] = (byte) b;
        forget();
    }

    @Override
    public void write(byte[] source, int start, int length) {
        put(source, start, length);
    }
}
