package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is let in can be read, by Kafka's own classes too, and reads the same. */
class BatchAdmissionTest {
    private static final BatchAdmission AS_IT_COMES = new BatchAdmission(false, Optional.empty());
    private static final Set<ErrorCode> REFUSALS =
            Set.of(ErrorCode.CORRUPT_BATCH, ErrorCode.UNKNOWN_CODEC, ErrorCode.DECOMPRESSION_LIMIT);

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsLetInOfBatchesWithAFlippedBitReadsAsWithKafka(Compression codec) {
        HostileBatches.flippedBits(codec, 6).forEach(this::refusedOrReadable);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsLetInOfBatchesOfAnotherLengthReadsAsWithKafka(Compression codec) {
        HostileBatches.otherLengths(codec, 10).forEach(this::refusedOrReadable);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsLetInOfBatchesWithOtherHeadersReadsAsWithKafka(Compression codec) {
        HostileBatches.otherHeaders(codec, 10).forEach(this::refusedOrReadable);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsLetInOfBatchesWithDamagedRecordsReadsAsWithKafka(Compression codec) {
        damagedRecords(codec, 4000);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsLetInOfVeryManyBatchesWithDamagedRecordsReadsAsWithKafka(Compression codec) {
        damagedRecords(codec, 50_000);
    }

    private void damagedRecords(Compression codec, int seeds) {
        int letIn = 0;
        for (int seed = 0; seed < seeds; seed++) {
            letIn += refusedOrReadable(HostileBatches.damagedWithin(codec, seed)) ? 1 : 0;
        }
        // A changed byte of a value is for nobody here to notice: so the test has seen both.
        assertThat(letIn).isBetween(seeds / 40, seeds - seeds / 40);
    }

    private boolean refusedOrReadable(HostileBatches.Hostile hostile) {
        RecordBatch batch = hostile.batch();
        RecordBatch admitted;
        try {
            BatchAdmission.ensureHeader(batch);
            admitted = AS_IT_COMES.admitted(batch);
        } catch (TailraceException e) {
            assertThat(e.code()).as(hostile.what()).isIn(REFUSALS);
            return false;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(hostile.what(), e);
        }
        assertThat(admitted).isSameAs(batch);
        HostileBatches.assertReadAsKafkaDoes(hostile.what(), batch);
        RecordBatch other = to(batch.compression() == Compression.NONE ? Compression.LZ4 : Compression.NONE)
                .admitted(batch);
        assertThat(HostileBatches.records(other)).as(hostile.what()).isEqualTo(HostileBatches.records(batch));
        return true;
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aBatchIsCompressedAsItsTopicWantsAndKafkaReadsIt(Compression wanted) {
        List<RecordFixture> records = RecordFixture.random(7, 500);
        for (Compression came : Compression.values()) {
            RecordBatch built = RecordFixture.appended(came, records)
                    .producer(4711, (short) 3, 1000)
                    .build();
            RecordBatch arrived = RecordBatch.at(built.bytes());
            for (RecordBatch batch : List.of(built, arrived)) {
                RecordBatch admitted = to(wanted).admitted(batch);
                assertThat(admitted.compression()).isEqualTo(wanted);
                assertThat(admitted == batch).isEqualTo(came == wanted);
                BatchAdmission.ensureHeader(admitted);
                assertThat(RecordFixture.of(admitted.records(RecordFixture.LIMIT)))
                        .isEqualTo(records);
                HostileBatches.assertReadAsKafkaDoes(came + " to " + wanted, admitted);
                assertThat(List.of(
                                admitted.producerId(),
                                admitted.producerEpoch(),
                                admitted.baseSequence(),
                                admitted.lastSequence(),
                                admitted.baseTimestamp(),
                                admitted.maxTimestamp()))
                        .isEqualTo(List.of(4711L, (short) 3, 1000, 1499, built.baseTimestamp(), built.maxTimestamp()));
            }
        }
    }

    @Test
    void ofABatchThatTheTopicsCodecAlreadyHasTheBytesStayWhateverTheLevel() {
        RecordBatch batch = RecordBatch.at(RecordFixture.batch(Compression.ZSTD, RecordFixture.random(1, 100))
                .bytes());
        BatchAdmission dense = new BatchAdmission(false, Optional.of(new Codec(Compression.ZSTD, 19)));
        assertThat(dense.admitted(batch)).isSameAs(batch);
    }

    @ParameterizedTest
    @CsvSource({"GZIP,1,9", "LZ4,1,17", "ZSTD,-5,19"})
    void aHigherLevelIsDenserAndKafkaReadsBoth(Compression codec, int quick, int dense) {
        RecordBatch batch = RecordFixture.batch(Compression.NONE, RecordFixture.random(2, 3000));
        RecordBatch large = new BatchAdmission(false, Optional.of(new Codec(codec, quick))).admitted(batch);
        RecordBatch small = new BatchAdmission(false, Optional.of(new Codec(codec, dense))).admitted(batch);
        assertThat(small.sizeInBytes()).isLessThan(large.sizeInBytes());
        HostileBatches.assertReadAsKafkaDoes("quick", large);
        HostileBatches.assertReadAsKafkaDoes("dense", small);
        assertCode(ErrorCode.INVALID_SETTING, () -> new Codec(codec, 23));
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBombIsRefusedWhoeverHasBuiltIt(Compression codec) {
        int tooMuch = RecordBatch.MAX_UNCOMPRESSED_BYTES + 1000;
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, Integer.MAX_VALUE);
        builder.append(1, null, new byte[tooMuch]);
        RecordBatch bomb = builder.build();
        assertThat(bomb.sizeInBytes()).isLessThan(5 << 20);
        BatchAdmission.ensureHeader(bomb);
        assertCode(ErrorCode.DECOMPRESSION_LIMIT, () -> AS_IT_COMES.admitted(bomb));
        assertCode(ErrorCode.DECOMPRESSION_LIMIT, () -> AS_IT_COMES.admitted(RecordBatch.at(bomb.bytes())));
        assertCode(ErrorCode.DECOMPRESSION_LIMIT, () -> to(Compression.NONE).admitted(RecordBatch.at(bomb.bytes())));
    }

    @Test
    void moreThanCompressedRecordsMayBeIsNotCompressed() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, Integer.MAX_VALUE);
        builder.append(1, null, new byte[RecordBatch.MAX_UNCOMPRESSED_BYTES]);
        RecordBatch large = builder.build();
        assertThat(AS_IT_COMES.admitted(large)).isSameAs(large);
        assertCode(ErrorCode.DECOMPRESSION_LIMIT, () -> to(Compression.ZSTD).admitted(large));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aRecordWithoutKeyIsRefusedWhereOneIsNeeded(Compression codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 1000);
        builder.append(1, new byte[1], new byte[1]);
        builder.append(1, null, new byte[1]);
        RecordBatch unkeyed = builder.build();
        RecordBatchBuilder other = new RecordBatchBuilder(codec, 1000);
        other.append(1, new byte[1], new byte[1]);
        RecordBatch keyed = other.build();
        BatchAdmission compacted = new BatchAdmission(true, Optional.empty());
        assertThat(compacted.admitted(keyed)).isSameAs(keyed);
        compacted.admitted(RecordBatch.at(keyed.bytes()));
        assertThat(AS_IT_COMES.admitted(unkeyed)).isSameAs(unkeyed);
        assertThatThrownBy(() -> compacted.admitted(unkeyed)).hasMessageContaining("Record 1 ");
        assertCode(ErrorCode.INVALID_RECORD, () -> compacted.admitted(RecordBatch.at(unkeyed.bytes())));
        assertCode(ErrorCode.INVALID_RECORD, () -> new BatchAdmission(true, Optional.of(Codec.of(Compression.SNAPPY)))
                .admitted(unkeyed));
    }

    @Test
    void marksThatOnlyALogSetsAreRefused() {
        byte[] good = RecordFixture.array(RecordFixture.batch(Compression.NONE, RecordFixture.random(1, 3))
                .bytes());
        for (int bit = 3; bit < 16; bit++) {
            byte[] bad = good.clone();
            ByteBuffer.wrap(bad).putShort(RecordBatch.ATTRIBUTES_AT, (short) (1 << bit));
            assertCode(ErrorCode.CORRUPT_BATCH, () -> BatchAdmission.ensureHeader(RecordFixture.sealed(bad)));
        }
    }

    @Test
    void aNewestTimestampThatNoRecordHasIsCorrupt() {
        byte[] bad = RecordFixture.array(RecordFixture.batch(Compression.NONE, RecordFixture.random(1, 3))
                .bytes());
        ByteBuffer.wrap(bad).putLong(RecordBatch.MAX_TIMESTAMP_AT, Long.MAX_VALUE);
        assertCode(ErrorCode.CORRUPT_BATCH, () -> AS_IT_COMES.admitted(RecordFixture.sealed(bad)));
    }

    @Test
    void onlyWhatCameFromElsewhereOrIsCompressedAnewIsLongWork() {
        RecordBatch built = RecordFixture.batch(Compression.ZSTD, RecordFixture.random(1, 3));
        assertThat(AS_IT_COMES.isShortWork(built)).isTrue();
        assertThat(AS_IT_COMES.isShortWork(RecordBatch.at(built.bytes()))).isFalse();
        assertThat(to(Compression.ZSTD).isShortWork(built)).isTrue();
        assertThat(to(Compression.LZ4).isShortWork(built)).isFalse();
        RecordBatch plain = RecordFixture.batch(Compression.NONE, RecordFixture.random(1, 3));
        assertThat(AS_IT_COMES.isShortWork(RecordBatch.at(plain.bytes()))).isTrue();
    }

    private static BatchAdmission to(Compression codec) {
        return new BatchAdmission(false, Optional.of(Codec.of(codec)));
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
