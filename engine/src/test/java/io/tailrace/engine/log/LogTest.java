package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTest {
    private static final LogSettings SMALL = new LogSettings(4000, 1_000_000, 256);

    @TempDir
    private Path directory;

    private final FileStore files = new DiskFileStore();
    private final LogModel model = new LogModel();
    private long now = 5_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatWasAppendedIsReadThroughRollsAndReopening(long seed) {
        Random random = new Random(seed);
        Log log = open(files);
        for (int i = 0; i < 300; i++) {
            append(log, random, i / 60);
            if (i % 50 == 49) {
                model.assertSameAs(log);
                log.close();
                log = open(files);
                assertThat(log.recovery().clean()).isTrue();
                assertThat(log.recovery().scannedBytes()).isZero();
                model.assertSameAs(log);
            }
        }
        log.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void everyLookUpFindsWhatTheModelFinds(long seed) {
        Random random = new Random(seed);
        try (Log log = open(new OpenFiles(files, 2))) {
            for (int i = 0; i < 200; i++) {
                append(log, random, i / 30);
            }
            for (long offset = 0; offset <= model.endOffset(); offset++) {
                assertSameRead(log, offset, 1 + random.nextInt(2000), random.nextLong(model.endOffset() + 2));
            }
            for (int epoch = -1; epoch < 10; epoch++) {
                assertThat(log.endOfEpoch(epoch)).isEqualTo(endOfEpoch(epoch));
            }
            for (int i = 0; i < 50; i++) {
                long from = 1 + random.nextLong(model.lastSequenceNr() + 2);
                assertSameReplay(log, from, from + random.nextInt(100));
            }
            assertSameReplay(log, 1, Long.MAX_VALUE);
            for (long timestamp = 900; timestamp < 2100; timestamp += 7) {
                long limit = random.nextLong(model.endOffset() + 2);
                assertThat(log.offsetForTimestamp(timestamp, limit)).isEqualTo(offsetForTimestamp(timestamp, limit));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7, 8})
    void truncationLeavesExactlyTheBatchesBelow(long seed) {
        Random random = new Random(seed);
        FileStore disk = new SimulatedFileStore(seed);
        Log log = open(disk);
        for (int round = 0; round < 25; round++) {
            for (int i = random.nextInt(20); i >= 0; i--) {
                append(log, random, round);
            }
            long offset = Math.max(0, model.endOffset() - random.nextInt(150));
            log.truncateTo(offset);
            model.truncateTo(offset);
            model.assertSameAs(log);
            assertThat(log.flushedOffset()).isEqualTo(log.endOffset());
            assertSameReplay(log, 1, Long.MAX_VALUE);
            if (random.nextInt(3) == 0) {
                log.close();
                log = open(disk);
                model.assertSameAs(log);
            }
        }
        log.truncateTo(0);
        assertThat(log.endOffset()).isZero();
        assertThat(log.lastEpoch()).isEqualTo(-1);
        log.close();
    }

    @Test
    void theAppendTimeReplacesTheTimestamps() {
        try (Log log = open(files)) {
            log.append(List.of(new PlacedBatch(Batches.of(new byte[10], 1, 2), 0, 3, 77)));
            RecordBatch read = RecordBatch.at(log.newReader().read(0, 1000, 2));
            read.ensureValid();
            assertThat(read.maxTimestamp()).isEqualTo(77);
            assertThat(read.leaderEpoch()).isEqualTo(3);
        }
    }

    @Test
    void aBatchLargerThanTheStagingBufferAndTheReadComesWhole() {
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        try (Log log = open(files)) {
            List<PlacedBatch> placed = model.place(
                    0, List.of(Batches.of(new byte[9], 1), Batches.of(large, 2), Batches.of(new byte[9], 3)));
            log.append(placed);
            model.add(placed);
            model.assertSameAs(log);
            assertThat(log.newReader().read(1, 1, 3)).isEqualTo(model.bytes().get(1));
        }
    }

    @Test
    void aSegmentIsClosedWhenItsFirstBatchIsOldEnough() {
        try (Log log = open(files)) {
            append(log, new Random(1), 0);
            now += 999_999;
            append(log, new Random(2), 0);
            assertThat(log.chain().segments()).hasSize(1);
            now += 1;
            append(log, new Random(3), 0);
            assertThat(log.chain().segments()).hasSize(2);
            model.assertSameAs(log);
        }
    }

    @Test
    void whatCannotFollowIsRefused() {
        try (Log log = open(files)) {
            RecordBatch batch = Batches.of(new byte[1], 1);
            log.append(List.of(new PlacedBatch(batch, 0, 2, -1)));
            assertCode(ErrorCode.INVALID_ARGUMENT, () -> log.append(List.of(new PlacedBatch(batch, 2, 2, -1))));
            assertCode(ErrorCode.INVALID_ARGUMENT, () -> log.append(List.of(new PlacedBatch(batch, 1, 1, -1))));
            assertCode(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> log.append(List.of(new PlacedBatch(batch, 1, 2, -1), new PlacedBatch(batch, 1, 2, -1))));
            assertThat(log.endOffset()).isEqualTo(1);
        }
    }

    @Test
    void offsetsOutsideOfTheLogAreSaidToBe() {
        try (Log log = open(files)) {
            append(log, new Random(1), 0);
            LogReader reader = log.newReader();
            assertThat(reader.read(log.endOffset(), 100, Long.MAX_VALUE).remaining())
                    .isZero();
            assertCode(ErrorCode.OFFSET_OUT_OF_RANGE, () -> reader.read(log.endOffset() + 1, 100, Long.MAX_VALUE));
            assertCode(ErrorCode.OFFSET_OUT_OF_RANGE, () -> reader.read(-1, 100, Long.MAX_VALUE));
            assertCode(ErrorCode.OFFSET_OUT_OF_RANGE, () -> log.truncateTo(-1));
        }
    }

    @Test
    void aClosedLogSaysSo() {
        Log log = open(files);
        LogReader reader = log.newReader();
        log.close();
        log.close();
        assertCode(ErrorCode.CLOSED, () -> reader.read(0, 100, 1));
        assertCode(ErrorCode.CLOSED, log::flush);
        assertCode(ErrorCode.CLOSED, () -> log.append(List.of()));
    }

    @Test
    void anInterruptedReaderHarmsNobody() {
        try (Log log = open(files)) {
            append(log, new Random(1), 0);
            LogReader reader = log.newReader();
            Thread.currentThread().interrupt();
            assertThat(reader.read(0, 100, Long.MAX_VALUE).remaining()).isPositive();
            append(log, new Random(2), 0);
            log.flush();
            assertThat(Thread.interrupted()).isTrue();
            model.assertSameAs(log);
        }
    }

    private Log open(FileStore on) {
        return Log.open(on, directory, SMALL, () -> Instant.ofEpochMilli(now));
    }

    private void append(Log log, Random random, int epoch) {
        List<RecordBatch> fresh = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            fresh.add(Batches.random(random, 4, 100, 1_000));
        }
        List<PlacedBatch> placed = model.place(epoch, fresh);
        log.append(placed);
        model.add(placed);
    }

    private void assertSameRead(Log log, long offset, int maxBytes, long limit) {
        ByteBuffer read = log.newReader().read(offset, maxBytes, limit);
        int expected = 0;
        int first = 0;
        while (first < model.batches.size() && model.batches.get(first).lastOffset() < offset) {
            first++;
        }
        for (int i = first; read.hasRemaining(); i++) {
            RecordBatch batch = RecordBatch.at(read);
            assertThat(batch.bytes()).isEqualTo(model.batches.get(i).bytes());
            assertThat(batch.lastOffset()).isLessThan(limit);
            assertThat(i == first || expected + batch.sizeInBytes() <= maxBytes).isTrue();
            expected += batch.sizeInBytes();
            read.position(read.position() + batch.sizeInBytes());
        }
        if (expected == 0 && first < model.batches.size()) {
            assertThat(model.batches.get(first).lastOffset()).isGreaterThanOrEqualTo(limit);
        }
    }

    private void assertSameReplay(Log log, long from, long to) {
        List<String> expected = new ArrayList<>();
        long sequence = 0;
        for (RecordBatch batch : model.batches) {
            if (!batch.isControl() && ++sequence >= from && sequence <= to) {
                expected.add(sequence + " " + batch);
            }
        }
        List<String> replayed = new ArrayList<>();
        log.replay(from, to, (sequenceNr, header) -> replayed.add(sequenceNr + " " + header));
        assertThat(replayed).isEqualTo(expected);
    }

    private OptionalLong offsetForTimestamp(long timestamp, long limit) {
        return model.batches.stream()
                .filter(batch -> !batch.isControl())
                .flatMap(batch -> batch.records(1 << 20).stream())
                .filter(record -> record.timestamp() >= timestamp && record.offset() < limit)
                .mapToLong(Record::offset)
                .findFirst();
    }

    private EpochEnd endOfEpoch(int epoch) {
        EpochEnd end = new EpochEnd(-1, 0);
        for (RecordBatch batch : model.batches) {
            if (batch.leaderEpoch() <= epoch) {
                end = new EpochEnd(batch.leaderEpoch(), batch.nextOffset());
            }
        }
        return end;
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
