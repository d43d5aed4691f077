package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the bytes are, a reader gets a {@link TailraceException} or records, within bounds. */
class CorruptBatchTest {
    private static final int LIMIT = 1 << 20;

    /** Base offset and leader epoch are given by the leader after the checksum was made: the log checks them by contiguity and epoch. */
    @Test
    void aFlippedBitInAnyByteTheChecksumCoversIsNoticed() {
        byte[] good = bytes(RecordFixture.batch(Compression.NONE, RecordFixture.random(1, 10)));
        for (int at = 0; at < good.length; at++) {
            boolean placeOfTheBatch =
                    at < RecordBatch.LENGTH_AT || (at >= RecordBatch.LEADER_EPOCH_AT && at < RecordBatch.MAGIC_AT);
            if (placeOfTheBatch) {
                continue;
            }
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << bit);
                assertThatThrownBy(() -> RecordBatch.at(ByteBuffer.wrap(bad)).ensureValid())
                        .as("byte %s bit %s", at, bit)
                        .isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                                .isEqualTo(ErrorCode.CORRUPT_BATCH));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aBatchCutAnywhereIsCorrupt(Compression codec) {
        byte[] good = bytes(RecordFixture.batch(codec, RecordFixture.random(1, 10)));
        for (int size = 0; size < good.length; size++) {
            byte[] cut = Arrays.copyOf(good, size);
            assertCode(ErrorCode.CORRUPT_BATCH, () -> RecordBatch.at(ByteBuffer.wrap(cut)));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void recordsCutAnywhereUnderAGoodChecksumAreCorrupt(Compression codec) {
        List<RecordFixture> records = RecordFixture.random(2, 10);
        byte[] good = bytes(RecordFixture.batch(codec, records));
        for (int size = RecordBatch.HEADER_BYTES; size < good.length; size++) {
            RecordBatch cut = RecordFixture.sealed(Arrays.copyOf(good, size));
            assertCode(ErrorCode.CORRUPT_BATCH, () -> cut.records(LIMIT));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void damagedRecordsUnderAGoodChecksumNeverFailOtherwise(Compression codec) {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            byte[] good = bytes(RecordFixture.batch(codec, RecordFixture.random(seed, 1 + random.nextInt(60))));
            for (int round = 0; round < 100; round++) {
                byte[] bad = good.clone();
                for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
                    int at = RecordBatch.HEADER_BYTES + random.nextInt(bad.length - RecordBatch.HEADER_BYTES);
                    bad[at] = (byte) random.nextInt();
                }
                readAnyhow(RecordFixture.sealed(bad), "seed " + seed + " round " + round);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void garbageInsteadOfRecordsNeverFailsOtherwise(Compression codec) {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] bad = new byte[RecordBatch.HEADER_BYTES + random.nextInt(300)];
            random.nextBytes(bad);
            bad[RecordBatch.MAGIC_AT] = RecordBatch.MAGIC;
            if (random.nextBoolean()) {
                ByteBuffer.wrap(bad)
                        .putShort(RecordBatch.ATTRIBUTES_AT, (short) codec.id())
                        .putInt(RecordBatch.RECORD_COUNT_AT, 1 + random.nextInt(5))
                        .putInt(RecordBatch.LAST_OFFSET_DELTA_AT, 100);
            }
            readAnyhow(RecordFixture.sealed(bad), "seed " + seed);
        }
    }

    @Test
    void damagedHeadersUnderAGoodChecksumNeverFailOtherwise() {
        byte[] good = bytes(RecordFixture.batch(Compression.LZ4, RecordFixture.random(9, 30)));
        Random random = new Random(9);
        for (int round = 0; round < 5000; round++) {
            byte[] bad = good.clone();
            bad[RecordBatch.ATTRIBUTES_AT + random.nextInt(RecordBatch.HEADER_BYTES - RecordBatch.ATTRIBUTES_AT)] =
                    (byte) random.nextInt();
            readAnyhow(RecordFixture.sealed(bad), "round " + round);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aDecompressionBombStopsAtTheLimit(Compression codec) {
        List<RecordFixture> records = List.of(new RecordFixture(1, null, new byte[8 << 20], Headers.EMPTY));
        RecordBatch bomb = RecordFixture.batch(codec, records);
        assertThat(bomb.sizeInBytes()).isLessThan(1 << 20);
        assertCode(ErrorCode.DECOMPRESSION_LIMIT, () -> bomb.cursor(LIMIT));
        assertCode(ErrorCode.DECOMPRESSION_LIMIT, () -> bomb.ensureWellFormed(LIMIT));
        assertCode(ErrorCode.DECOMPRESSION_LIMIT, () -> bomb.cursor(0));
        bomb.ensureAppendable();
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void theLimitIsExact(Compression codec) {
        RecordBatchBuilder builder = RecordFixture.appended(codec, RecordFixture.random(5, 900));
        int size = builder.sizeInBytes() - RecordBatch.HEADER_BYTES;
        RecordBatch batch = builder.build();
        batch.ensureWellFormed(size);
        assertCode(ErrorCode.DECOMPRESSION_LIMIT, () -> batch.ensureWellFormed(size - 1));
    }

    @Test
    void anUnknownCodecIsNamed() {
        RecordBatch batch = changed(bytes -> bytes.putShort(RecordBatch.ATTRIBUTES_AT, (short) 5));
        assertCode(ErrorCode.UNKNOWN_CODEC, () -> batch.cursor(LIMIT));
        assertCode(ErrorCode.UNKNOWN_CODEC, batch::ensureAppendable);
    }

    @Test
    void countsThatDoNotMatchAreCorrupt() {
        for (int count : new int[] {0, -1, 2, 4, 1000, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            RecordBatch batch = changed(bytes -> bytes.putInt(RecordBatch.RECORD_COUNT_AT, count));
            assertCode(ErrorCode.CORRUPT_BATCH, batch::ensureAppendable);
            assertCode(ErrorCode.CORRUPT_BATCH, () -> batch.records(LIMIT));
        }
        for (int delta : new int[] {0, -1, 1}) {
            RecordBatch batch = changed(bytes -> bytes.putInt(RecordBatch.LAST_OFFSET_DELTA_AT, delta));
            assertCode(ErrorCode.CORRUPT_BATCH, () -> batch.records(LIMIT));
        }
    }

    @Test
    void aCompactedBatchWithHolesIsReadButNotAppended() {
        RecordBatch batch = changed(bytes -> bytes.putInt(RecordBatch.LAST_OFFSET_DELTA_AT, 9));
        assertThat(batch.records(LIMIT)).hasSize(3);
        assertCode(ErrorCode.CORRUPT_BATCH, batch::ensureAppendable);
    }

    @Test
    void anEmptyBatchThatCompactionLeftHasNoRecords() {
        byte[] header = Arrays.copyOf(bytes(three()), RecordBatch.HEADER_BYTES);
        ByteBuffer.wrap(header).putInt(RecordBatch.RECORD_COUNT_AT, 0).putShort(RecordBatch.ATTRIBUTES_AT, (short)
                Compression.ZSTD.id());
        assertThat(RecordFixture.sealed(header).records(LIMIT)).isEmpty();
    }

    @Test
    void aMaxTimestampBelowTheRecordsIsCorrupt() {
        RecordBatch batch = changed(bytes -> bytes.putLong(RecordBatch.MAX_TIMESTAMP_AT, 2));
        assertCode(ErrorCode.CORRUPT_BATCH, () -> batch.ensureWellFormed(LIMIT));
    }

    @Test
    void halfAProducerIsCorrupt() {
        RecordBatch batch = changed(bytes -> bytes.putLong(RecordBatch.PRODUCER_ID_AT, 5));
        assertCode(ErrorCode.CORRUPT_BATCH, batch::ensureAppendable);
    }

    @Test
    void recordsOfAHeaderAloneCannotBeRead() {
        RecordBatch header = RecordBatch.headerAt(three().bytes());
        assertCode(ErrorCode.CORRUPT_BATCH, () -> header.cursor(LIMIT));
        assertCode(ErrorCode.CORRUPT_BATCH, header::ensureAppendable);
    }

    private static RecordBatch three() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        for (int i = 1; i <= 3; i++) {
            builder.append(i, new byte[i], new byte[i]);
        }
        return builder.build();
    }

    private static RecordBatch changed(Consumer<ByteBuffer> change) {
        byte[] bytes = bytes(three());
        change.accept(ByteBuffer.wrap(bytes));
        return RecordFixture.sealed(bytes);
    }

    private static byte[] bytes(RecordBatch batch) {
        return RecordFixture.array(batch.bytes());
    }

    private static void readAnyhow(RecordBatch batch, String where) {
        try {
            for (Record record : batch.records(LIMIT)) {
                RecordFixture.array(record.key());
                RecordFixture.array(record.value());
                record.headers();
            }
            batch.ensureWellFormed(LIMIT);
        } catch (TailraceException e) {
            assertThat(e.code())
                    .as(where)
                    .isIn(ErrorCode.CORRUPT_BATCH, ErrorCode.UNKNOWN_CODEC, ErrorCode.DECOMPRESSION_LIMIT);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(where, e);
        }
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
