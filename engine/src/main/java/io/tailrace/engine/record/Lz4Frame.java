package io.tailrace.engine.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * The LZ4 frame format (lz4_Frame_format.md 1.6), little-endian, as far as record batches use it: written are independent
 * blocks of at most 64 KiB, without sizes or checksums in the frame; read are also other block sizes, a content size and checksums.
 *
 * <pre>
 *   magic   flags   block size   (content size)   header checksum   { length   block   (checksum) }...   0      (checksum)
 *   int32   int8    int8         int64            int8                int32    bytes   int32             int32   int32
 * </pre>
 */
final class Lz4Frame {
    private static final int MAGIC = 0x184D2204;
    private static final int VERSION = 0x40;
    private static final int VERSION_MASK = 0xC0;
    private static final int INDEPENDENT_BLOCKS = 0x20;
    private static final int BLOCK_CHECKSUM = 0x10;
    private static final int CONTENT_SIZE = 0x08;
    private static final int CONTENT_CHECKSUM = 0x04;
    private static final int RESERVED_OR_DICTIONARY = 0x03;
    private static final int UNCOMPRESSED_BLOCK = 0x80000000;
    private static final int SMALLEST_BLOCK_CODE = 4;
    private static final int LARGEST_BLOCK_CODE = 7;
    private static final int BLOCK_BYTES = 64 * 1024;

    /** The most that a byte of an LZ4 block becomes. */
    private static final int MAX_RATIO = 255;

    private Lz4Frame() {}

    private static LZ4Factory codec() {
        return LZ4Factory.fastestInstance();
    }

    private static XXHash32 hash() {
        return XXHashFactory.fastestInstance().hash32();
    }

    static void compress(Codec level, byte[] source, int start, int end, BoundedBytes target) {
        // As Kafka has it: the default level is the quick compressor, all others are those of the dense one.
        LZ4Compressor compressor =
                level.isDefaultLevel() ? codec().fastCompressor() : codec().highCompressor(level.level());
        byte[] descriptor = {(byte) (VERSION | INDEPENDENT_BLOCKS), (byte) (SMALLEST_BLOCK_CODE << 4)};
        putInt(target, MAGIC);
        target.put(descriptor, 0, descriptor.length);
        target.write(hash().hash(descriptor, 0, descriptor.length, 0) >> 8);
        for (int at = start; at < end; at += BLOCK_BYTES) {
            int length = Math.min(BLOCK_BYTES, end - at);
            target.ensureRoom(Integer.BYTES + compressor.maxCompressedLength(length));
            int blockAt = target.size() + Integer.BYTES;
            int compressed = compressor.compress(source, at, length, target.array(), blockAt);
            if (compressed < length) {
                putInt(target, compressed);
                target.advance(compressed);
            } else {
                putInt(target, length | UNCOMPRESSED_BLOCK);
                target.put(source, at, length);
            }
        }
        putInt(target, 0);
    }

    private static void putInt(BoundedBytes target, int value) {
        target.ensureRoom(Integer.BYTES);
        littleEndian(target.array()).putInt(target.size(), value);
        target.advance(Integer.BYTES);
    }

    private static ByteBuffer littleEndian(byte[] array) {
        return ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
    }

    static void decompress(byte[] source, int start, int end, BoundedBytes target) throws IOException {
        ByteBuffer in = littleEndian(source).position(start).limit(end);
        need(in, Integer.BYTES + 3);
        if (in.getInt() != MAGIC) {
            throw new IOException("no LZ4 frame begins here");
        }
        int flags = in.get() & 0xff;
        int blockCode = (in.get() & 0x70) >> 4;
        if ((flags & VERSION_MASK) != VERSION
                || (flags & RESERVED_OR_DICTIONARY) != 0
                || (flags & INDEPENDENT_BLOCKS) == 0
                || blockCode < SMALLEST_BLOCK_CODE
                || blockCode > LARGEST_BLOCK_CODE) {
            throw new IOException("an LZ4 frame of an unknown kind, flags " + flags + ", block size " + blockCode);
        }
        if ((flags & CONTENT_SIZE) != 0) {
            skip(in, Long.BYTES);
        }
        need(in, 1);
        int descriptorAt = start + Integer.BYTES;
        byte headerChecksum = in.get();
        int hashed = hash().hash(source, descriptorAt, in.position() - 1 - descriptorAt, 0);
        if (headerChecksum != (byte) (hashed >> 8)) {
            throw new IOException("the LZ4 frame's header is damaged");
        }
        blocks(in, source, 1 << (2 * blockCode + 8), (flags & BLOCK_CHECKSUM) != 0, target);
        if ((flags & CONTENT_CHECKSUM) != 0) {
            need(in, Integer.BYTES);
            int contentChecksum = in.getInt();
            if (target.isWhole() && contentChecksum != hash().hash(target.array(), 0, target.size(), 0)) {
                throw new IOException("the LZ4 frame's content is damaged");
            }
        }
        if (in.hasRemaining()) {
            throw new IOException(in.remaining() + " bytes lie behind the LZ4 frame");
        }
    }

    private static void blocks(ByteBuffer in, byte[] source, int maxBlockBytes, boolean checksums, BoundedBytes target)
            throws IOException {
        LZ4SafeDecompressor decompressor = codec().safeDecompressor();
        while (true) {
            need(in, Integer.BYTES);
            int field = in.getInt();
            int length = field & ~UNCOMPRESSED_BLOCK;
            if (length == 0) {
                return;
            }
            if (length > maxBlockBytes) {
                throw new IOException("an LZ4 block claims " + length + " bytes");
            }
            int at = in.position();
            skip(in, length);
            if (checksums) {
                need(in, Integer.BYTES);
                if (in.getInt() != hash().hash(source, at, length, 0)) {
                    throw new IOException("an LZ4 block is damaged");
                }
            }
            if ((field & UNCOMPRESSED_BLOCK) != 0) {
                target.put(source, at, length);
            } else {
                block(decompressor, source, at, length, maxBlockBytes, target);
            }
        }
    }

    private static void block(
            LZ4SafeDecompressor decompressor,
            byte[] source,
            int at,
            int length,
            int maxBlockBytes,
            BoundedBytes target) {
        int most = (int) Math.min(maxBlockBytes, (long) MAX_RATIO * length);
        int room = target.reserveUpTo(most);
        if (room == most) {
            target.advance(decompressor.decompress(source, at, length, target.array(), target.size(), room));
        } else {
            // Near the bound a whole block may no longer fit, though this one may be smaller.
            byte[] block = decompressor.decompress(source, at, length, most);
            target.put(block, 0, block.length);
        }
    }

    private static void skip(ByteBuffer in, int count) throws IOException {
        need(in, count);
        in.position(in.position() + count);
    }

    private static void need(ByteBuffer in, int count) throws IOException {
        if (in.remaining() < count) {
            throw new IOException("the LZ4 frame is cut off");
        }
    }
}
