package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

class RecordCompressionTest {
    private static byte[] text(int size) {
        Random random = new Random(size);
        byte[] text = new byte[size];
        for (int i = 0; i < size; i++) {
            text[i] = (byte) ('a' + random.nextInt(4));
        }
        return text;
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsCompressedDecompresses(Compression codec) {
        for (int size : new int[] {0, 1, 100, 32 * 1024, 64 * 1024, 64 * 1024 + 1, 300_000}) {
            byte[] text = text(size);
            byte[] batch = RecordFixture.array(RecordCompression.compress(Codec.of(codec), text, 0, size));
            ByteCursor back = RecordCompression.decompress(codec, batch, RecordBatch.HEADER_BYTES, batch.length, size);
            assertThat(Arrays.copyOf(back.array, back.limit)).isEqualTo(text);
        }
    }

    @Test
    void lz4FramesOfOtherWritersAreRead() throws IOException {
        byte[] text = text(700_000);
        for (BLOCKSIZE size : BLOCKSIZE.values()) {
            assertThat(lz4(frame(text, size, FLG.Bits.BLOCK_INDEPENDENCE))).isEqualTo(text);
            assertThat(lz4(frame(text, size, FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.CONTENT_CHECKSUM)))
                    .isEqualTo(text);
        }
    }

    @Test
    void aDamagedLz4ChecksumIsNoticed() throws IOException {
        byte[] frame = frame(text(1000), BLOCKSIZE.SIZE_64KB, FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.CONTENT_CHECKSUM);
        frame[frame.length - 1] ^= 1;
        assertThatThrownBy(() -> lz4(frame)).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.CORRUPT_BATCH));
    }

    @Test
    void snappyWithoutFramesIsRead() throws IOException {
        byte[] text = text(100_000);
        byte[] raw = Snappy.compress(text);
        ByteCursor back = RecordCompression.decompress(Compression.SNAPPY, raw, 0, raw.length, text.length);
        assertThat(Arrays.copyOf(back.array, back.limit)).isEqualTo(text);
    }

    @Test
    void aSnappyBlockThatClaimsMoreThanItCanBecomeIsCorrupt() {
        byte[] claimsTwoGigabytes = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07, 0, 'a'};
        assertThatThrownBy(() -> RecordCompression.decompress(
                        Compression.SNAPPY, claimsTwoGigabytes, 0, claimsTwoGigabytes.length, Integer.MAX_VALUE - 8))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_BATCH));
    }

    private static byte[] frame(byte[] text, BLOCKSIZE size, FLG.Bits... flags) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (LZ4FrameOutputStream out = new LZ4FrameOutputStream(bytes, size, flags)) {
            out.write(text);
        }
        return bytes.toByteArray();
    }

    private static byte[] lz4(byte[] frame) {
        ByteCursor back = RecordCompression.decompress(Compression.LZ4, frame, 0, frame.length, 1 << 20);
        return Arrays.copyOf(back.array, back.limit);
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void whatIsCountedFirstBecomesTheSame(Compression codec) {
        for (int size : new int[] {0, 1, 1000, 1 << 16, (1 << 16) + 1, 3_000_000}) {
            byte[] source = new byte[size];
            new Random(size).nextBytes(source);
            Arrays.fill(source, 0, size / 2, (byte) 7);
            byte[] packed = RecordFixture.array(RecordCompression.compress(Codec.of(codec), source, 0, size));
            ByteCursor counted =
                    RecordCompression.decompressCounted(codec, packed, RecordBatch.HEADER_BYTES, packed.length, size);
            assertThat(counted.limit).isEqualTo(size).isEqualTo(counted.array.length);
            assertThat(counted.array).isEqualTo(source);
            if (size > 0) {
                assertThatThrownBy(() -> RecordCompression.decompressCounted(
                                codec, packed, RecordBatch.HEADER_BYTES, packed.length, size - 1))
                        .isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                                .isEqualTo(ErrorCode.DECOMPRESSION_LIMIT));
            }
        }
    }
}
