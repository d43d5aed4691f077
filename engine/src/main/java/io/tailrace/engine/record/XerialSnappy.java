package io.tailrace.engine.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.xerial.snappy.Snappy;

/**
 * Snappy in the framing of xerial's streams, which is what stands in record batches: an eight-byte magic, the version and the
 * oldest compatible version (int32 each), then blocks, each an int32 length and one raw Snappy block; big-endian. Bytes without
 * the magic are one raw Snappy block, as some producers write it.
 */
final class XerialSnappy {
    private static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int HEADER_BYTES = 16;
    private static final int VERSION = 1;
    private static final int BLOCK_BYTES = 32 * 1024;

    /** Above what Snappy can reach: its densest element makes 64 bytes of 3. */
    private static final int MAX_RATIO = 22;

    private XerialSnappy() {}

    static void compress(byte[] source, int start, int end, BoundedBytes target) throws IOException {
        target.put(MAGIC, 0, MAGIC.length);
        putInt(target, VERSION);
        putInt(target, VERSION);
        for (int at = start; at < end; at += BLOCK_BYTES) {
            int length = Math.min(BLOCK_BYTES, end - at);
            target.ensureRoom(Integer.BYTES + Snappy.maxCompressedLength(length));
            int lengthAt = target.size();
            target.advance(Integer.BYTES);
            int compressed = Snappy.compress(source, at, length, target.array(), target.size());
            ByteBuffer.wrap(target.array()).putInt(lengthAt, compressed);
            target.advance(compressed);
        }
    }

    private static void putInt(BoundedBytes target, int value) {
        target.put(ByteBuffer.allocate(Integer.BYTES).putInt(0, value).array(), 0, Integer.BYTES);
    }

    static void decompress(byte[] source, int start, int end, BoundedBytes target) throws IOException {
        if (!startsWithMagic(source, start, end)) {
            block(source, start, end - start, target);
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(source);
        int at = start + HEADER_BYTES;
        while (at < end) {
            if (end - at < Integer.BYTES) {
                throw new IOException("a block's length is cut off");
            }
            int length = in.getInt(at);
            at += Integer.BYTES;
            if (length <= 0 || length > end - at) {
                throw new IOException("a block claims " + length + " of " + (end - at) + " bytes");
            }
            block(source, at, length, target);
            at += length;
        }
    }

    private static boolean startsWithMagic(byte[] source, int start, int end) {
        return end - start >= HEADER_BYTES
                && Arrays.equals(source, start, start + MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    private static void block(byte[] source, int start, int length, BoundedBytes target) throws IOException {
        // The native code writes as much as the block claims, wherever the array ends, so the claim is checked; one
        // that the
        // format could not keep is not allowed to make the array grow.
        int claimed = Snappy.uncompressedLength(source, start, length);
        if (claimed < 0 || claimed > (long) MAX_RATIO * length) {
            throw new IOException("a block of " + length + " bytes claims to become " + claimed);
        }
        target.ensureRoom(claimed);
        int written = Snappy.uncompress(source, start, length, target.array(), target.size());
        target.advance(written);
    }
}
