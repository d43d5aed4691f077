package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.LogProblem.Code;
import io.tailrace.engine.log.LogProblem.Severity;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is wrong with the files of a log is told, all of it, and mended where nothing can be lost by it. */
class LogCheckTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final LogSettings SMALL = new LogSettings(10_000, 1_000_000, 150);
    private static final long START = 13;

    private SimulatedFileStore disk = new SimulatedFileStore(1);
    private final LogModel model = new LogModel();
    private final List<LogProblem> problems = new ArrayList<>();
    private Log log = open();

    @BeforeEach
    void fill() throws IOException {
        for (int i = 0; i < 16; i++) {
            append(Batches.of(new byte[30 + i], 1000 + i, 1001 + i), i / 5);
            if (i % 5 == 4) {
                log.roll();
            }
        }
        append(ControlRecords.logStart(log.endOffset(), 4, 1, START), 4);
        log.advanceStartTo(START);
        model.start = START;
        assertThat(log.deleteSegmentsBelow(Long.MAX_VALUE)).isPositive();
        append(Batches.of(new byte[50], 2000), 5);
        append(Batches.of(new byte[50], 2001), 5);
        CheckedFile.write(disk, DIRECTORY.resolve("promise"), 1, 1, ByteBuffer.allocate(20));
        CheckedFile.write(disk, file("00000000000000000007.snapshot"), 2, 1, ByteBuffer.allocate(50));
        log.close();
    }

    @Test
    void aLogThatWasClosedIsSound() {
        LogCheck.Summary summary = check();
        assertThat(problems).isEmpty();
        assertThat(summary.isSound()).isTrue();
        assertThat(summary.segments()).isEqualTo(3);
        assertThat(summary.bytes()).isEqualTo(segmentsBytes());
        model.assertSameAs(open());
    }

    @Test
    void aTornHighWatermarkIsNotedAndTheLogIsSound() throws IOException {
        disk.contents(file("high-watermark"), new byte[20]);
        assertThat(check().isSound()).isTrue();
        assertThat(problems).extracting(LogProblem::severity).containsExactly(Severity.NOTE);
    }

    @Test
    void whatAReplicaWithPeersHasPutAwayIsNotedAndTheLogIsSound() throws IOException {
        new AbstainMark(7).write(disk, DIRECTORY);
        disk.contents(file("quarantine-2-00000000000000000005-71.log"), new byte[20]);
        OsFlushMark.read(disk, DIRECTORY, "boot").opened(true);
        assertThat(check().isSound()).isTrue();
        assertThat(problems).hasSize(2).allMatch(problem -> problem.severity() == Severity.NOTE);
    }

    @Test
    void aLogWhoseProcessWasKilledIsSound() throws IOException {
        log = open();
        append(Batches.of(new byte[50], 3000), 6);
        log.flush();
        disk.kill();
        assertThat(check().isSound()).isTrue();
        assertThat(problems).isEmpty();
    }

    @Test
    void anEmptyLogAndAnEmptyDirectoryAreSound() throws IOException {
        disk = new SimulatedFileStore(1);
        disk.createDirectories(DIRECTORY);
        assertThat(check().isSound()).isTrue();
        open().close();
        assertThat(check().isSound()).isTrue();
        open();
        disk.kill();
        assertThat(check().isSound()).isTrue();
    }

    @Test
    void aFlippedBitAnywhereIsReported() throws IOException {
        for (String name : disk.list(DIRECTORY)) {
            byte[] good = disk.contents(file(name));
            for (int bit = 0; bit < good.length * 8; bit++) {
                byte[] bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                disk.contents(file(name), bad);
                assertThat(check().isSound()).as(name + " bit " + bit).isFalse();
                assertThat(problems).as(name + " bit " + bit).anyMatch(problem -> problem.file()
                        .equals(file(name)));
            }
            disk.contents(file(name), good);
        }
        assertThat(check().isSound()).isTrue();
    }

    @Test
    void everyFileThatIsCutShortOrLostIsReported() throws IOException {
        for (String name : disk.list(DIRECTORY)) {
            byte[] good = disk.contents(file(name));
            for (int length = 0; length < good.length; length++) {
                disk.contents(file(name), Arrays.copyOf(good, length));
                // As after a crash before its last entries were written.
                boolean behind = name.equals(Segment.indexName(lastBase())) && length % 24 == 16;
                assertThat(check().isSound()).as(name + " of " + length).isEqualTo(behind);
            }
            disk.delete(file(name));
            boolean optional = name.equals("clean-stop")
                    || name.equals("promise")
                    || name.endsWith(".snapshot")
                    || name.equals(Segment.indexName(lastBase()));
            assertThat(check().isSound()).as("without " + name).isEqualTo(optional);
            disk.contents(file(name), good);
        }
    }

    @Test
    void aFlippedBitIsMendedOrLeftButNothingIsLost() throws IOException {
        for (String name : disk.list(DIRECTORY)) {
            byte[] good = disk.contents(file(name));
            for (int bit = 0; bit < good.length * 8; bit += 7) {
                SimulatedFileStore copy = disk.copy(1);
                byte[] bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                copy.contents(file(name), bad);
                LogCheck.repair(copy, DIRECTORY);
                problems.clear();
                boolean sound = LogCheck.check(copy, DIRECTORY, problems::add).isSound();
                boolean records = name.endsWith(Segment.SUFFIX);
                assertThat(sound)
                        .as(name + " bit " + bit + ": " + problems)
                        .isEqualTo(!records && !name.equals("promise") && !name.endsWith(".snapshot"));
                if (records) {
                    assertThat(copy.contents(file(name))).isEqualTo(bad);
                } else {
                    model.assertSameAs(open(copy));
                }
            }
        }
    }

    @Test
    void everyBadBatchIsReportedAndTheGoodOnesBehindAreFound() throws IOException {
        Path segment = file(Segment.fileName(10));
        byte[] bytes = disk.contents(segment);
        int first = model.batches.get(5).sizeInBytes();
        int second = model.batches.get(6).sizeInBytes();
        int third = model.batches.get(7).sizeInBytes();
        bytes[first - 1] ^= 1;
        // No length to go by: the next one has to be searched for.
        bytes[first + second + RecordBatch.LENGTH_PREFIX_BYTES - 1] ^= 0x40;
        disk.contents(segment, bytes);
        LogCheck.Summary summary = check();
        assertThat(problems).extracting(LogProblem::code).containsExactly(Code.BAD_BATCH, Code.BAD_BATCH);
        assertThat(problems).extracting(LogProblem::position).containsExactly(0L, (long) first + second);
        assertThat(problems).extracting(LogProblem::offset).containsExactly(10L, 14L);
        assertThat(problems.get(1).what()).contains("the next good batch begins at byte " + (first + second + third));
        assertThat(summary.batches()).isEqualTo(model.batches.size() - 5 - 2);
    }

    @Test
    void offsetsAndEpochsThatContradictAreReportedOnceEach() throws IOException {
        Path segment = file(Segment.fileName(10));
        byte[] bytes = disk.contents(segment);
        int first = model.batches.get(5).sizeInBytes();
        ByteBuffer.wrap(bytes).putLong(first, 99);
        ByteBuffer.wrap(bytes).putInt(12, 7);
        disk.contents(segment, bytes);
        check();
        assertThat(problems).extracting(LogProblem::code).containsExactly(Code.BAD_EPOCH, Code.BAD_OFFSET);
        assertThat(problems).extracting(LogProblem::severity).containsOnly(Severity.ERROR);
    }

    @Test
    void missingBatchesAreAGapAndNoCascade() throws IOException {
        Path segment = file(Segment.fileName(10));
        byte[] bytes = disk.contents(segment);
        int first = model.batches.get(5).sizeInBytes();
        disk.contents(segment, Arrays.copyOfRange(bytes, first, bytes.length));
        check();
        assertThat(problems)
                .filteredOn(problem -> problem.severity() == Severity.ERROR)
                .extracting(LogProblem::code)
                .first()
                .isEqualTo(Code.BAD_OFFSET);
        assertThat(problems).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void aTornTailIsToldApartFromDamageAndCut() throws IOException {
        log = open();
        log.checkpoint();
        long end = log.endOffset();
        append(Batches.of(new byte[50], 3000), 6);
        disk.kill();
        Path last = file(Segment.fileName(lastBase()));
        byte[] bytes = disk.contents(last);
        disk.contents(last, Arrays.copyOf(bytes, bytes.length - 3));
        assertThat(check().isSound()).isFalse();
        assertThat(problems).extracting(LogProblem::code).containsExactly(Code.TORN_TAIL);
        LogProblem torn = problems.get(0);
        assertThat(torn.severity()).isEqualTo(Severity.WARNING);
        assertThat(torn.offset()).isEqualTo(end);
        assertThat(torn.repair()).isEqualTo("cut at byte " + torn.position());
        LogCheck.repair(disk, DIRECTORY);
        assertThat(check().isSound()).isTrue();
        model.truncateTo(end);
        log = open();
        assertThat(log.recovery().clean()).as("that is the node's to say").isFalse();
        model.assertSameAs(log);
    }

    @Test
    void whatACrashLeavesIsRemovedAndWhatIsForeignIsLeftAlone() throws IOException {
        disk.contents(file("log-start.tmp"), new byte[3]);
        disk.contents(file("00000000000000000007.snapshot.tmp"), new byte[3]);
        disk.contents(file(Segment.fileName(0)), new byte[3]);
        disk.contents(file(Segment.indexName(0)), new byte[3]);
        disk.contents(file(Segment.indexName(500)), new byte[3]);
        disk.contents(file("notes.txt"), new byte[3]);
        disk.contents(file("99999999999999999999.log"), new byte[3]);
        disk.createDirectories(file("sub"));
        LogCheck.Summary before = check();
        assertThat(before.notes()).isEqualTo(3);
        assertThat(problems)
                .extracting(LogProblem::code)
                .contains(Code.TEMPORARY_FILE, Code.LEFTOVER, Code.UNKNOWN_FILE);
        LogCheck.repair(disk, DIRECTORY);
        LogCheck.Summary after = check();
        assertThat(after.isSound()).isTrue();
        assertThat(after.notes()).isEqualTo(3);
        assertThat(disk.list(DIRECTORY))
                .contains("notes.txt", "sub", "99999999999999999999.log")
                .doesNotContain("log-start.tmp", Segment.fileName(0), Segment.indexName(500));
        model.assertSameAs(open());
    }

    @Test
    void aLostStartIsMadeAgainFromWhatTheLogSaysOfIt() throws IOException {
        disk.delete(file(LogStart.NAME));
        check();
        assertThat(problems).extracting(LogProblem::code).containsExactly(Code.BAD_FILE);
        assertThat(problems.get(0).repair()).contains("begins at " + START);
        LogCheck.repair(disk, DIRECTORY);
        assertThat(check().isSound()).isTrue();
        model.assertSameAs(open());
    }

    @Test
    void withoutTheCountOfWhatWasBeforeALostStartStaysLost() throws IOException {
        disk.delete(file(LogStart.NAME));
        disk.delete(file(EpochIndex.NAME));
        check();
        assertThat(problems)
                .filteredOn(problem -> problem.severity() == Severity.ERROR)
                .extracting(LogProblem::repair)
                .containsOnlyNulls();
        LogCheck.repair(disk, DIRECTORY);
        assertThat(check().isSound()).isFalse();
    }

    @Test
    void aMissingSegmentIsReported() throws IOException {
        disk.delete(file(Segment.fileName(20)));
        check();
        assertThat(problems).extracting(LogProblem::code).contains(Code.MISSING_SEGMENT);
        List<String> before = disk.list(DIRECTORY);
        before.remove(Segment.indexName(20));
        LogCheck.repair(disk, DIRECTORY);
        assertThat(disk.list(DIRECTORY)).containsAll(before);
    }

    private long lastBase() {
        return 30;
    }

    private long segmentsBytes() {
        return model.batches.stream()
                .filter(batch -> batch.baseOffset() >= 10)
                .mapToLong(RecordBatch::sizeInBytes)
                .sum();
    }

    private LogCheck.Summary check() {
        problems.clear();
        return LogCheck.check(disk, DIRECTORY, problems::add);
    }

    private static Path file(String name) {
        return DIRECTORY.resolve(name);
    }

    private Log open() {
        return open(disk);
    }

    private static Log open(FileStore on) {
        return Log.open(on, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1));
    }

    private void append(RecordBatch batch, int epoch) {
        List<PlacedBatch> placed = model.place(epoch, List.of(batch));
        log.append(placed);
        model.add(placed);
    }
}
