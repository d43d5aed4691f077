package io.tailrace.engine.record;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Compresses and decompresses the records of a batch, all at once and never beyond a bound. */
final class RecordCompression {
    private static final int STREAM_BUFFER_BYTES = 8192;

    private RecordCompression() {}

    /**
     * The records between the two positions, compressed.
     *
     * @return a buffer from position 0 to its limit, with room for the batch header before the compressed records
     */
    static ByteBuffer compress(Codec codec, byte[] source, int start, int end) {
        BoundedBytes target = new BoundedBytes(Math.max(256, (end - start) / 2), Integer.MAX_VALUE - 8);
        target.advance(RecordBatch.HEADER_BYTES);
        try {
            switch (codec.compression()) {
                case NONE -> target.put(source, start, end - start);
                case GZIP -> {
                    try (GZIPOutputStream gzip = new Gzip(target, codec.level())) {
                        gzip.write(source, start, end - start);
                    }
                }
                case SNAPPY -> XerialSnappy.compress(source, start, end, target);
                case LZ4 -> Lz4Frame.compress(codec, source, start, end, target);
                case ZSTD -> zstd(codec.level(), source, start, end, target);
            }
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.SERIALIZATION_FAILED,
                    "Compressing a batch with " + codec.compression() + " failed: " + e.getMessage(),
                    e);
        }
        return ByteBuffer.wrap(trimmed(target), 0, target.size());
    }

    /** What waits is counted by its size, so it must not hold much more. */
    private static byte[] trimmed(BoundedBytes target) {
        byte[] array = target.array();
        return array.length <= 2L * target.size() ? array : Arrays.copyOf(array, target.size());
    }

    /** The JDK's, with a level. */
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream target, int level) throws IOException {
            super(target, STREAM_BUFFER_BYTES);
            def.setLevel(level);
        }
    }

    private static void zstd(int level, byte[] source, int start, int end, BoundedBytes target) throws IOException {
        int room = Math.toIntExact(Zstd.compressBound(end - start));
        target.ensureRoom(room);
        long size = Zstd.compressByteArray(target.array(), target.size(), room, source, start, end - start, level);
        if (Zstd.isError(size)) {
            throw new IOException(Zstd.getErrorName(size));
        }
        target.advance((int) size);
    }

    /**
     * What the compressed bytes between the two positions become.
     *
     * @throws TailraceException {@link ErrorCode#DECOMPRESSION_LIMIT} if that is more than so many bytes,
     *     {@link ErrorCode#CORRUPT_BATCH} if the codec cannot read them
     */
    static ByteCursor decompress(Compression codec, byte[] source, int start, int end, int maxBytes) {
        // A guess; what is really needed grows with what has really been decompressed, not with what a header claims.
        int guess = (int) Math.min(Math.max(0, maxBytes), Math.max(256, 4L * (end - start)));
        return cursor(decompressed(codec, source, start, end, new BoundedBytes(guess, maxBytes)));
    }

    /**
     * The same, after they have been counted: memory is taken for what they really become, and none if that is too much. For what
     * is so large that going through it twice is the lesser evil.
     */
    static ByteCursor decompressCounted(Compression codec, byte[] source, int start, int end, int maxBytes) {
        int size = decompressed(codec, source, start, end, BoundedBytes.counting(maxBytes))
                .written();
        return cursor(decompressed(codec, source, start, end, new BoundedBytes(size, size)));
    }

    private static BoundedBytes decompressed(
            Compression codec, byte[] source, int start, int end, BoundedBytes target) {
        try {
            switch (codec) {
                case NONE -> target.put(source, start, end - start);
                case GZIP ->
                    drain(
                            new GZIPInputStream(
                                    new ByteArrayInputStream(source, start, end - start), STREAM_BUFFER_BYTES),
                            target);
                case SNAPPY -> XerialSnappy.decompress(source, start, end, target);
                case LZ4 -> Lz4Frame.decompress(source, start, end, target);
                case ZSTD ->
                    drain(new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(source, start, end - start)), target);
            }
        } catch (TailraceException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Codecs disagree on what they throw at damaged bytes. An Error, as of a native library that is missing, is
            // no damage.
            throw new TailraceException(
                    ErrorCode.CORRUPT_BATCH,
                    "The batch's records are not what " + codec + " writes: " + e.getMessage()
                            + ". Send the batch again as it was built.",
                    e);
        }
        return target;
    }

    private static ByteCursor cursor(BoundedBytes target) {
        return new ByteCursor(target.array(), 0, target.size());
    }

    private static void drain(InputStream codecStream, BoundedBytes target) throws IOException {
        try (InputStream in = codecStream) {
            while (true) {
                if (target.room() == 0) {
                    int next = in.read();
                    if (next < 0) {
                        return;
                    }
                    target.write(next);
                }
                int read = in.read(target.array(), target.size(), target.room());
                if (read < 0) {
                    return;
                }
                target.advance(read);
            }
        }
    }
}
