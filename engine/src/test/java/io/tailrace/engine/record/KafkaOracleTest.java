package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Lz4Compression;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.ControlRecordUtils;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own classes read what is written here, and what they write is read here. */
class KafkaOracleTest {
    private static final int SEEDS = 20;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void kafkaReadsWhatTheBuilderWrites(Compression codec) {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<RecordFixture> records = RecordFixture.random(seed, 1 + seed * 17);
            RecordBatch ours = RecordFixture.appended(codec, records)
                    .producer(4711L + seed, (short) 3, 1000 + seed)
                    .build();
            DefaultRecordBatch theirs = kafkaBatch(ours.bytes());
            assertThat(theirs.isValid()).as("seed %s", seed).isTrue();
            theirs.ensureValid();
            assertSameHeader(ours, theirs);
            assertThat(theirs.compressionType().id).isEqualTo((byte) codec.id());
            assertThat(fixtures(theirs)).as("seed %s", seed).isEqualTo(records);
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatKafkaWritesIsRead(Compression codec) {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<RecordFixture> records = RecordFixture.random(seed, 1 + seed * 17);
            ByteBuffer bytes = kafkaBytes(kafka(codec), records, 77L, (short) 2, 5, false);
            RecordBatch ours = RecordBatch.at(bytes);
            ours.ensureWellFormed(RecordFixture.LIMIT);
            assertSameHeader(ours, kafkaBatch(bytes));
            assertThat(ours.compression()).isEqualTo(codec);
            assertThat(RecordFixture.of(ours.records(RecordFixture.LIMIT)))
                    .as("seed %s", seed)
                    .isEqualTo(records);
        }
    }

    @Test
    void uncompressedBatchesAreTheSameByteForByte() {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<RecordFixture> records = RecordFixture.random(seed, 1 + seed * 17);
            ByteBuffer theirs = kafkaBytes(
                    org.apache.kafka.common.compress.Compression.NONE, records, 4711L, (short) 3, 1000, false);
            RecordBatch ours = RecordFixture.appended(Compression.NONE, records)
                    .producer(4711L, (short) 3, 1000)
                    .build();
            assertThat(ours.bytes()).as("seed %s", seed).isEqualTo(theirs);
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aLargeValueGoesBothWays(Compression codec) {
        byte[] value = new byte[1 << 20];
        new java.util.Random(1).nextBytes(value);
        java.util.Arrays.fill(value, 0, value.length / 2, (byte) 'z');
        List<RecordFixture> records = List.of(new RecordFixture(5, null, value, Headers.EMPTY));
        assertThat(fixtures(kafkaBatch(RecordFixture.batch(codec, records).bytes())))
                .isEqualTo(records);
        RecordBatch theirs = RecordBatch.at(kafkaBytes(kafka(codec), records, -1L, (short) -1, -1, false));
        assertThat(RecordFixture.of(theirs.records(RecordFixture.LIMIT))).isEqualTo(records);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 12, 17})
    void everyLz4LevelOfKafkaIsRead(int level) {
        List<RecordFixture> records = RecordFixture.random(level, 2000);
        Lz4Compression lz4 =
                org.apache.kafka.common.compress.Compression.lz4().level(level).build();
        RecordBatch theirs = RecordBatch.at(kafkaBytes(lz4, records, -1L, (short) -1, -1, false));
        assertThat(RecordFixture.of(theirs.records(RecordFixture.LIMIT))).isEqualTo(records);
    }

    @Test
    void offsetsAndAppendTimeAreKafkas() {
        RecordBatch built = RecordFixture.batch(Compression.ZSTD, RecordFixture.random(3, 50));
        ByteBuffer placed = ByteBuffer.allocate(built.sizeInBytes());
        built.copyTo(placed, 1_000_000_000_000L, 9, 1234L);
        RecordBatch ours = RecordBatch.at(placed.flip());
        DefaultRecordBatch theirs = kafkaBatch(ours.bytes());
        theirs.ensureValid();
        assertSameHeader(ours, theirs);
        ours.ensureWellFormed(RecordFixture.LIMIT);
        Iterator<org.apache.kafka.common.record.internal.Record> expected = theirs.iterator();
        for (Record record : ours.records(RecordFixture.LIMIT)) {
            org.apache.kafka.common.record.internal.Record kafkas = expected.next();
            assertThat(record.offset()).isEqualTo(kafkas.offset());
            assertThat(record.timestamp()).isEqualTo(kafkas.timestamp()).isEqualTo(1234L);
        }
    }

    @Test
    void sizesOfRecordsAreKafkas() {
        RecordBatch ours = RecordFixture.batch(Compression.NONE, RecordFixture.random(8, 50));
        List<Integer> theirs = new ArrayList<>();
        kafkaBatch(ours.bytes()).forEach(record -> theirs.add(((DefaultRecord) record).sizeInBytes()));
        assertThat(ours.records(0).stream().map(Record::sizeInBytes)).isEqualTo(theirs);
    }

    @Test
    void kafkaReadsTheBarrier() {
        RecordBatch ours = ControlRecords.barrier(42, 7, 1_700_000_000_000L);
        DefaultRecordBatch theirs = kafkaBatch(ours.bytes());
        theirs.ensureValid();
        assertSameHeader(ours, theirs);
        org.apache.kafka.common.record.internal.Record record =
                theirs.iterator().next();
        assertThat(record.offset()).isEqualTo(42);
        assertThat(ControlRecordType.parse(record.key())).isEqualTo(ControlRecordType.LEADER_CHANGE);
        LeaderChangeMessage message = ControlRecordUtils.deserializeLeaderChangeMessage(record);
        assertThat(message.version()).isZero();
        assertThat(message.voters()).isEmpty();
    }

    @Test
    void kafkaStepsOverTheMoveOfTheStart() {
        RecordBatch ours = ControlRecords.logStart(42, 7, 1_700_000_000_000L, 40);
        DefaultRecordBatch theirs = kafkaBatch(ours.bytes());
        theirs.ensureValid();
        assertSameHeader(ours, theirs);
        assertThat(theirs.isControlBatch()).isTrue();
        Iterator<org.apache.kafka.common.record.internal.Record> records = theirs.iterator();
        org.apache.kafka.common.record.internal.Record record = records.next();
        assertThat(record.offset()).isEqualTo(42);
        assertThat(record.valueSize()).isEqualTo(10);
        assertThat(ControlRecordType.parse(record.key())).isEqualTo(ControlRecordType.UNKNOWN);
        assertThat(records.hasNext()).isFalse();
    }

    @Test
    void theBarrierIsKafkasByteForByte() {
        LeaderChangeMessage message =
                new LeaderChangeMessage().setVersion((short) 0).setLeaderId(-1);
        MemoryRecords theirs =
                MemoryRecords.withLeaderChangeMessage(42, 1_700_000_000_000L, 7, ByteBuffer.allocate(512), message);
        assertThat(ControlRecords.barrier(42, 7, 1_700_000_000_000L).bytes()).isEqualTo(theirs.buffer());
        assertThat(ControlRecords.typeOf(RecordBatch.at(theirs.buffer()))).isEqualTo(ControlType.LEADER_CHANGE);
    }

    @ParameterizedTest
    @EnumSource(
            value = ControlRecordType.class,
            names = {"ABORT", "COMMIT"})
    void kafkasTransactionMarkersAreKnown(ControlRecordType type) {
        MemoryRecords theirs =
                MemoryRecords.withEndTransactionMarker(3L, 1000L, 2, 12L, (short) 1, new EndTransactionMarker(type, 0));
        RecordBatch ours = RecordBatch.at(theirs.buffer());
        assertThat(ours.isControl()).isTrue();
        assertThat(ControlRecords.typeOf(ours).name()).isEqualTo(type.name());
    }

    static DefaultRecordBatch kafkaBatch(ByteBuffer bytes) {
        return (DefaultRecordBatch)
                MemoryRecords.readableRecords(bytes).batches().iterator().next();
    }

    static org.apache.kafka.common.compress.Compression kafka(Compression codec) {
        return org.apache.kafka.common.compress.Compression.of(codec.name().toLowerCase(java.util.Locale.ROOT))
                .build();
    }

    private static ByteBuffer kafkaBytes(
            org.apache.kafka.common.compress.Compression codec,
            List<RecordFixture> records,
            long producerId,
            short epoch,
            int sequence,
            boolean transactional) {
        try (MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(1024),
                (byte) 2,
                codec,
                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                0L,
                -1L,
                producerId,
                epoch,
                sequence,
                transactional,
                -1)) {
            for (RecordFixture record : records) {
                builder.append(record.timestamp(), record.key(), record.value(), kafkaHeaders(record.headers()));
            }
            return builder.build().buffer();
        }
    }

    private static org.apache.kafka.common.header.Header[] kafkaHeaders(Headers headers) {
        return headers.stream()
                .map(header -> new RecordHeader(header.name(), header.valueBytes()))
                .toArray(org.apache.kafka.common.header.Header[]::new);
    }

    static List<RecordFixture> fixtures(DefaultRecordBatch batch) {
        List<RecordFixture> records = new ArrayList<>();
        for (org.apache.kafka.common.record.internal.Record record : batch) {
            Headers headers = Headers.EMPTY;
            for (org.apache.kafka.common.header.Header header : record.headers()) {
                headers = headers.with(header.key(), header.value());
            }
            records.add(new RecordFixture(
                    record.timestamp(),
                    RecordFixture.array(record.key()),
                    RecordFixture.array(record.value()),
                    headers));
        }
        assertThat(IntStream.range(0, records.size()).count())
                .isEqualTo(batch.countOrNull().longValue());
        return records;
    }

    private static void assertSameHeader(RecordBatch ours, DefaultRecordBatch theirs) {
        assertThat(ours.baseOffset()).isEqualTo(theirs.baseOffset());
        assertThat(ours.lastOffset()).isEqualTo(theirs.lastOffset());
        assertThat(ours.nextOffset()).isEqualTo(theirs.nextOffset());
        assertThat(ours.sizeInBytes()).isEqualTo(theirs.sizeInBytes());
        assertThat(ours.leaderEpoch()).isEqualTo(theirs.partitionLeaderEpoch());
        assertThat(ours.magic()).isEqualTo(theirs.magic());
        assertThat(Integer.toUnsignedLong(ours.crc())).isEqualTo(theirs.checksum());
        assertThat(ours.baseTimestamp()).isEqualTo(theirs.baseTimestamp());
        assertThat(ours.maxTimestamp()).isEqualTo(theirs.maxTimestamp());
        assertThat(ours.timestampType().name()).isEqualTo(theirs.timestampType().name());
        assertThat(ours.producerId()).isEqualTo(theirs.producerId());
        assertThat(ours.producerEpoch()).isEqualTo(theirs.producerEpoch());
        assertThat(ours.baseSequence()).isEqualTo(theirs.baseSequence());
        assertThat(ours.lastSequence()).isEqualTo(theirs.lastSequence());
        assertThat(ours.recordCount()).isEqualTo(theirs.countOrNull());
        assertThat(ours.isControl()).isEqualTo(theirs.isControlBatch());
        assertThat(ours.isTransactional()).isEqualTo(theirs.isTransactional());
    }
}
