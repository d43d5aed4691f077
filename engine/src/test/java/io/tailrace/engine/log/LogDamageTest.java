package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damages the files of a log. Nothing that was acknowledged is ever lost without a word. */
class LogDamageTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final LogSettings SMALL = new LogSettings(1200, 1_000_000, 150);

    private final SimulatedFileStore disk = new SimulatedFileStore(1);
    private final LogModel model = new LogModel();
    private Path lastSegment = DIRECTORY;
    private Path firstSegment = DIRECTORY;

    @BeforeEach
    void fill() throws IOException {
        Random random = new Random(7);
        Log log = open(disk);
        for (int i = 0; i < 14; i++) {
            append(log, Batches.of(new byte[60 + random.nextInt(60)], 1000 + i, 1001 + i), i / 5);
        }
        log.flush();
        log.checkpoint();
        // Acknowledged, but beyond the recovery point.
        append(log, Batches.of(new byte[50], 2000, 2001), 3);
        append(log, Batches.of(new byte[50], 2002), 3);
        log.flush();
        List<Path> segments = new ArrayList<>();
        log.chain().segments().forEach(segment -> segments.add(segment.path()));
        assertThat(segments).hasSizeGreaterThan(2);
        firstSegment = segments.get(0);
        lastSegment = segments.get(segments.size() - 1);
        disk.kill();
    }

    @Test
    void tornTailIsCutAtEveryByte() throws IOException {
        byte[] whole = disk.contents(lastSegment);
        int lastBytes = model.batches.get(model.batches.size() - 1).sizeInBytes();
        for (int missing = 1; missing <= lastBytes; missing++) {
            for (boolean zeros : new boolean[] {false, true}) {
                SimulatedFileStore torn = disk.copy(1);
                byte[] cut = Arrays.copyOf(whole, whole.length - missing);
                torn.contents(lastSegment, zeros ? Arrays.copyOf(cut, whole.length + 100) : cut);
                Log log = open(torn);
                int garbage = lastBytes - missing + (zeros ? missing + 100 : 0);
                if (log.endOffset() == model.endOffset()) {
                    // The last bytes of the batch were zeros anyway.
                    garbage = 100;
                    assertThat(zeros).isTrue();
                    model.assertSameAs(log);
                } else {
                    modelWithoutLast().assertSameAs(log);
                }
                assertThat(log.recovery().truncatedBytes()).isEqualTo(garbage);
                assertThat(torn.contents(lastSegment))
                        .hasSize(log.endOffset() == model.endOffset() ? whole.length : whole.length - lastBytes);
            }
        }
    }

    @Test
    void aFlippedBitInAnyBatchIsNeverSilent() throws IOException {
        for (Path segment : List.of(firstSegment, lastSegment)) {
            byte[] good = disk.contents(segment);
            for (int bit = 0; bit < good.length * 8; bit++) {
                SimulatedFileStore damaged = damaged(segment, bit);
                check(damaged, segment + " bit " + bit, true);
            }
        }
    }

    @Test
    void aFlippedBitInAnySmallFileOrIndexIsNeverSilent() throws IOException {
        open(disk).close();
        for (String name : disk.list(DIRECTORY)) {
            if (name.endsWith(Segment.SUFFIX)) {
                continue;
            }
            Path file = DIRECTORY.resolve(name);
            for (int bit = 0; bit < disk.contents(file).length * 8; bit++) {
                check(damaged(file, bit), name + " bit " + bit, false);
            }
            SimulatedFileStore without = disk.copy(1);
            without.delete(file);
            check(without, "without " + name, false);
            SimulatedFileStore empty = disk.copy(1);
            empty.contents(file, new byte[0]);
            check(empty, "empty " + name, false);
        }
    }

    @Test
    void damageBelowTheRecoveryPointDeletesNothing() throws IOException {
        byte[] bytes = disk.contents(lastSegment);
        int beyond = model.batches.get(14).sizeInBytes() + model.batches.get(15).sizeInBytes();
        bytes[bytes.length - beyond - 5] ^= 1;
        disk.contents(lastSegment, bytes);
        assertCorrupt(disk);
        assertThat(disk.contents(lastSegment)).isEqualTo(bytes);
    }

    @Test
    void damageBeyondTheRecoveryPointWithAGoodBatchBehindItDeletesNothing() throws IOException {
        byte[] bytes = disk.contents(lastSegment);
        int last = model.batches.get(model.batches.size() - 1).sizeInBytes();
        bytes[bytes.length - last - 5] ^= 1;
        disk.contents(lastSegment, bytes);
        assertCorrupt(disk);
        assertThat(disk.contents(lastSegment)).isEqualTo(bytes);
    }

    /** A header that says a wrong offset, met by a cut, must not take away what stands before it. */
    @Test
    void aFlippedBitMovesNoCut() throws IOException {
        RecordBatch first = model.batches.get(model.batches.size() - 2);
        RecordBatch last = model.batches.get(model.batches.size() - 1);
        int whole = disk.contents(lastSegment).length;
        int kept = whole - first.sizeInBytes() - last.sizeInBytes();
        int corrupt = 0;
        for (int bit = 0; bit < whole * 8; bit++) {
            SimulatedFileStore damaged = disk.copy(1);
            try (Log log = open(damaged)) {
                damaged.damage(lastSegment, bit / 8, 1 << bit % 8);
                log.truncateTo(first.baseOffset());
                assertThat(log.endOffset()).as("bit " + bit).isEqualTo(first.baseOffset());
                assertThat(damaged.contents(lastSegment)).as("bit " + bit).hasSize(kept);
            } catch (TailraceException e) {
                assertThat(e.code()).as("bit " + bit).isEqualTo(ErrorCode.CORRUPT_LOG);
                corrupt++;
            }
        }
        assertThat(corrupt).isPositive();
    }

    @Test
    void aMissingSegmentIsCorruption() throws IOException {
        for (String name : disk.list(DIRECTORY)) {
            if (name.endsWith(Segment.SUFFIX)) {
                SimulatedFileStore without = disk.copy(1);
                without.delete(DIRECTORY.resolve(name));
                assertCorrupt(without);
            }
        }
    }

    @Test
    void aShortenedClosedSegmentIsCorruption() throws IOException {
        open(disk).close();
        byte[] bytes = disk.contents(firstSegment);
        disk.contents(firstSegment, Arrays.copyOf(bytes, bytes.length - 1));
        assertCorrupt(disk);
    }

    @Test
    void withoutRecoveryPointATornTailIsNotCut() throws IOException {
        disk.delete(DIRECTORY.resolve(RecoveryPoint.NAME));
        Log log = open(disk.copy(1));
        assertThat(log.recovery().recoveryPointLost()).isTrue();
        model.assertSameAs(log);
        byte[] bytes = disk.contents(lastSegment);
        disk.contents(lastSegment, Arrays.copyOf(bytes, bytes.length - 1));
        assertCorrupt(disk);
    }

    @Test
    void lostEpochIndexIsMadeAgainFromTheBatches() throws IOException {
        disk.delete(DIRECTORY.resolve(EpochIndex.NAME));
        Log log = open(disk);
        assertThat(log.recovery().epochIndexRebuilt()).isTrue();
        model.assertSameAs(log);
        assertThat(log.endOfEpoch(0).endOffset()).isEqualTo(10);
        log.close();
        Log again = open(disk);
        assertThat(again.recovery().epochIndexRebuilt()).isFalse();
        model.assertSameAs(again);
    }

    @Test
    void aDamagedStartIsNeverGuessed() throws IOException {
        announceAndAdvance();
        Path file = DIRECTORY.resolve(LogStart.NAME);
        for (int bit = 0; bit < disk.contents(file).length * 8; bit++) {
            assertCorrupt(damaged(file, bit));
        }
        disk.contents(file, new byte[0]);
        assertCorrupt(disk);
    }

    @Test
    void aLostStartIsNotGuessedWhereTheLogSaysThatItHasMoved() throws IOException {
        announceAndAdvance();
        SimulatedFileStore moved = disk.copy(1);
        moved.delete(DIRECTORY.resolve(LogStart.NAME));
        assertCorrupt(moved);
        Log log = open(disk);
        assertThat(log.deleteSegmentsBelow(Long.MAX_VALUE)).isPositive();
        log.close();
        disk.delete(DIRECTORY.resolve(LogStart.NAME));
        assertCorrupt(disk);
    }

    @Test
    void aLogFromBeforeThereWereStartsBeginsAtZero() throws IOException {
        disk.delete(DIRECTORY.resolve(LogStart.NAME));
        Log log = open(disk);
        assertThat(log.startOffset()).isZero();
        model.assertSameAs(log);
        log.close();
        assertThat(disk.exists(DIRECTORY.resolve(LogStart.NAME))).isTrue();
        model.assertSameAs(open(disk));
    }

    @Test
    void aLostEpochIndexIsMadeAgainWithTheSequenceNumbersThoughOldSegmentsAreGone() throws IOException {
        announceAndAdvance();
        Log log = open(disk);
        assertThat(log.deleteSegmentsBelow(Long.MAX_VALUE)).isPositive();
        log.close();
        disk.delete(DIRECTORY.resolve(EpochIndex.NAME));
        model.assertSameAs(open(disk));
    }

    @Test
    void whatIsBadBelowTheStartWasOnTheDiskAndIsNoTornTail() throws IOException {
        Log log = open(disk);
        append(log, Batches.of(new byte[50], 3000), 4);
        log.advanceStartTo(log.endOffset());
        disk.kill();
        byte[] bytes = disk.contents(lastSegment);
        disk.contents(lastSegment, Arrays.copyOf(bytes, bytes.length - 1));
        assertCorrupt(disk);
    }

    @Test
    void aLogThatHadAStartIsNotMadeAnewThoughEverythingElseIsGone() throws IOException {
        announceAndAdvance();
        for (String name : disk.list(DIRECTORY)) {
            if (!name.equals(LogStart.NAME)) {
                disk.delete(DIRECTORY.resolve(name));
            }
        }
        assertCorrupt(disk);
    }

    @Test
    void aSegmentMissingBelowTheStartIsCorruption() throws IOException {
        announceAndAdvance();
        disk.delete(firstSegment);
        assertCorrupt(disk);
    }

    private void announceAndAdvance() {
        Log log = open(disk);
        long start = 15;
        append(log, ControlRecords.logStart(log.endOffset(), 4, 1, start), 4);
        log.advanceStartTo(start);
        model.start = start;
        log.close();
    }

    @Test
    void everyIndexIsMadeAgain() throws IOException {
        open(disk).close();
        for (String name : disk.list(DIRECTORY)) {
            if (name.endsWith(Segment.INDEX_SUFFIX)) {
                disk.delete(DIRECTORY.resolve(name));
            }
        }
        model.assertSameAs(open(disk));
    }

    /** The log opens with all, or says that it is corrupt, or (beyond the recovery point only) that it cut the last batch. */
    private void check(SimulatedFileStore damaged, String what, boolean mayCut) {
        try (Log log = open(damaged)) {
            List<ByteBuffer> found = LogModel.readAll(log, 700);
            if (mayCut && log.recovery().truncatedBytes() > 0) {
                assertThat(found).as(what).isEqualTo(modelWithoutLast().bytes());
            } else {
                assertThat(found).as(what).isEqualTo(model.bytes());
                assertLookUps(log);
            }
        } catch (TailraceException e) {
            if (e.code() != ErrorCode.CORRUPT_LOG && e.code() != ErrorCode.CORRUPT_BATCH) {
                fail(what, e);
            }
        }
    }

    private void assertLookUps(Log log) {
        assertThat(log.lastSequenceNr()).isEqualTo(model.lastSequenceNr());
        assertThat(log.lastEpoch()).isEqualTo(model.lastEpoch());
        for (RecordBatch batch : model.batches) {
            ByteBuffer read = log.newReader().read(batch.lastOffset(), 1, Long.MAX_VALUE);
            assertThat(read).isEqualTo(batch.bytes());
        }
        List<Long> replayed = new ArrayList<>();
        log.replay(3, 9, (sequenceNr, header) -> replayed.add(header.baseOffset()));
        assertThat(replayed).isEqualTo(List.of(4L, 6L, 8L, 10L, 12L, 14L, 16L));
    }

    private LogModel modelWithoutLast() {
        LogModel shorter = model.copy();
        shorter.batches.remove(shorter.batches.size() - 1);
        return shorter;
    }

    private SimulatedFileStore damaged(Path file, int bit) throws IOException {
        SimulatedFileStore copy = disk.copy(1);
        byte[] bytes = copy.contents(file);
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        copy.contents(file, bytes);
        return copy;
    }

    private void append(Log log, RecordBatch batch, int epoch) {
        List<PlacedBatch> placed = model.place(epoch, List.of(batch));
        log.append(placed);
        model.add(placed);
    }

    private static void assertCorrupt(FileStore damaged) {
        try {
            open(damaged);
        } catch (TailraceException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG);
            return;
        }
        fail("Opened though damaged");
    }

    private static Log open(FileStore on) {
        return Log.open(on, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1));
    }
}
