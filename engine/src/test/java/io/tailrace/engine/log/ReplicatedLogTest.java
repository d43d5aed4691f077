package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damages the log of a replica that has peers: it opens, and says whether it may have lost something. */
class ReplicatedLogTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final Path MARK = DIRECTORY.resolve(AbstainMark.NAME);
    private static final LogSettings SMALL = new LogSettings(1200, 1_000_000, 150);

    private final SimulatedFileStore disk = new SimulatedFileStore(1);
    private final LogModel model = new LogModel();
    private Path lastSegment = DIRECTORY;
    private Path firstSegment = DIRECTORY;

    @BeforeEach
    void fill() {
        Random random = new Random(7);
        Log log = open(disk).log();
        for (int i = 0; i < 14; i++) {
            byte[] value = new byte[60 + random.nextInt(60)];
            random.nextBytes(value);
            append(log, Batches.of(value, 1000 + i, 1001 + i), i / 5);
        }
        log.flush();
        log.checkpoint();
        // Acknowledged, but beyond the recovery point.
        append(log, Batches.of(new byte[50], 2000, 2001), 3);
        append(log, Batches.of(new byte[50], 2002), 3);
        log.flush();
        for (Segment segment : log.chain().segments()) {
            firstSegment = segment.baseOffset() == 0 ? segment.path() : firstSegment;
            lastSegment = segment.path();
        }
        disk.kill();
    }

    @Test
    void whatIsNotDamagedOpensWhole() {
        ReplicatedLog opened = open(disk);
        assertThat(opened.abstained()).isFalse();
        model.assertSameAs(opened.log());
    }

    @Test
    void aFlippedBitInAnyBatchTakesNothingAwayWithoutAbstaining() throws IOException {
        for (Path segment : List.of(firstSegment, lastSegment)) {
            for (int bit = 0; bit < disk.contents(segment).length * 8; bit++) {
                SimulatedFileStore damaged = disk.copy(1);
                damaged.damage(segment, bit / 8, 1 << bit % 8);
                check(damaged, segment + " bit " + bit);
            }
        }
    }

    @Test
    void aFlippedBitInAnySmallFileOrIndexTakesNothingAwayWithoutAbstaining() throws IOException {
        open(disk).log().close();
        for (String name : disk.list(DIRECTORY)) {
            Path file = DIRECTORY.resolve(name);
            if (!name.endsWith(Segment.SUFFIX)) {
                for (int bit = 0; bit < disk.contents(file).length * 8; bit++) {
                    SimulatedFileStore damaged = disk.copy(1);
                    damaged.damage(file, bit / 8, 1 << bit % 8);
                    check(damaged, name + " bit " + bit);
                }
            }
        }
    }

    @Test
    void aSegmentThatIsGoneLeavesWhatIsBeforeIt() throws IOException {
        for (String name : disk.list(DIRECTORY)) {
            if (name.endsWith(Segment.SUFFIX)) {
                SimulatedFileStore without = disk.copy(1);
                without.delete(DIRECTORY.resolve(name));
                without.syncDirectory(DIRECTORY);
                check(without, "without " + name);
            }
        }
    }

    @Test
    void aLostRecoveryPointHasItAbstain() throws IOException {
        disk.damage(DIRECTORY.resolve(RecoveryPoint.NAME), 9, 4);
        ReplicatedLog opened = open(disk);
        assertThat(opened.abstained()).isTrue();
        model.assertSameAs(opened.log());
    }

    /** Of which epoch the record before the first segment was, nothing else tells: other logs are compared by that. */
    @Test
    void aLostEpochIndexTakesALogWhoseBeginningIsGone() throws IOException {
        Log log = open(disk).log();
        log.advanceStartTo(15);
        assertThat(log.deleteSegmentsBelow(15)).isPositive();
        log.close();
        disk.delete(DIRECTORY.resolve(EpochIndex.NAME));
        ReplicatedLog opened = open(disk);
        assertThat(opened.abstained()).isTrue();
        assertThat(opened.log().startOffset()).isZero();
        assertThat(opened.log().endOffset()).isZero();
    }

    @Test
    void aWriteThatACrashHasTornIsCutWithoutAbstaining() throws IOException {
        byte[] whole = disk.contents(lastSegment);
        int last = model.batches.get(model.batches.size() - 1).sizeInBytes();
        for (int missing = 1; missing < last; missing++) {
            SimulatedFileStore torn = disk.copy(1);
            torn.contents(lastSegment, Arrays.copyOf(whole, whole.length - missing));
            ReplicatedLog opened = open(torn);
            assertThat(opened.abstained()).as("without " + missing).isFalse();
            assertThat(opened.log().endOffset()).isEqualTo(model.endOffset() - 1);
        }
    }

    @Test
    void aSectorThatWasNeverWrittenIsTornAndABatchOfWhichNothingIsMissingIsNot() throws IOException {
        Log log = open(disk).log();
        byte[] value = new byte[1000];
        new Random(3).nextBytes(value);
        log.append(List.of(new PlacedBatch(Batches.of(value, 1), log.endOffset(), 4, -1)));
        log.flush();
        long end = model.endOffset();
        disk.kill();
        Path segment = DIRECTORY.resolve(Segment.fileName(end));
        byte[] bytes = disk.contents(segment);

        byte[] unwritten = bytes.clone();
        Arrays.fill(unwritten, 512, 1024, (byte) 0);
        SimulatedFileStore torn = disk.copy(1);
        torn.contents(segment, unwritten);
        ReplicatedLog cut = open(torn);
        assertThat(cut.abstained()).isFalse();
        assertThat(cut.log().endOffset()).isEqualTo(end);

        byte[] changed = bytes.clone();
        Arrays.fill(changed, 600, 1024, (byte) 0);
        disk.contents(segment, changed);
        ReplicatedLog abstaining = open(disk);
        assertThat(abstaining.abstained()).isTrue();
        assertThat(abstaining.log().endOffset()).isEqualTo(end);
    }

    @Test
    void theMarkStaysUntilItHasCaughtUp() throws IOException {
        disk.damage(firstSegment, 70, 1);
        disk.delete(DIRECTORY.resolve(Segment.indexName(0)));
        suspectAndStop(0);
        open(disk).log().close();
        assertThat(open(disk).abstained()).isTrue();
        disk.crash();
        ReplicatedLog again = open(disk);
        assertThat(again.abstained()).isTrue();
        again.caughtUp();
        disk.crash();
        assertThat(open(disk).abstained()).isFalse();
    }

    @Test
    void damageMetMeanwhileKeepsTheMark() {
        suspectAndStop(0);
        ReplicatedLog opened = open(disk);
        opened.suspect(5);
        opened.caughtUp();
        disk.crash();
        assertThat(open(disk).abstained()).isTrue();
    }

    @Test
    void whatIsSuspectedIsCheckedThoughItLiesBelowTheRecoveryPoint() throws IOException {
        disk.damage(firstSegment, 70, 1);
        assertThat(open(disk.copy(1)).abstained()).isFalse();
        suspectAndStop(0);
        ReplicatedLog opened = open(disk);
        assertThat(opened.log().endOffset()).isZero();
        assertThat(disk.list(DIRECTORY)).anyMatch(name -> name.startsWith("quarantine-1-"));
    }

    @Test
    void aMarkThatIsDamagedIsAMarkAllTheSame() throws IOException {
        suspectAndStop(AbstainMark.NOWHERE);
        for (int bit = 0; bit < disk.contents(MARK).length * 8; bit++) {
            SimulatedFileStore damaged = disk.copy(1);
            damaged.damage(MARK, bit / 8, 1 << bit % 8);
            if (bit / 32 != 1) {
                assertThat(open(damaged).abstained()).as("bit " + bit).isTrue();
            }
        }
    }

    @Test
    void aCrashAnywhereInTheRepairLosesNeitherTheMarkNorABatchThatIsGood() throws IOException {
        byte[] bytes = disk.contents(firstSegment);
        disk.damage(firstSegment, bytes.length - 3, 1);
        suspectAndStop(0);
        long good = batchesIn(bytes).get(batchesIn(bytes).size() - 1).baseOffset();
        for (int changes = 0; changes < 60; changes++) {
            SimulatedFileStore crashing = disk.copy(changes);
            crashing.stopAfter(changes);
            try {
                open(crashing).log().close();
            } catch (TailraceException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED);
            }
            crashing.crash();
            ReplicatedLog opened = open(crashing);
            assertThat(opened.abstained()).as("after " + changes).isTrue();
            assertThat(opened.log().endOffset()).as("after " + changes).isEqualTo(good);
            assertNothingIsDeleted(crashing);
        }
    }

    @Test
    void aBeginningAnewThatIsDamagedTakesAllOfTheLogAndAbstains() throws IOException {
        disk.contents(DIRECTORY.resolve(LogReset.NAME), new byte[] {1, 2, 3});
        ReplicatedLog opened = open(disk);
        assertThat(opened.abstained()).isTrue();
        assertThat(opened.log().endOffset()).isZero();
        opened.log().close();
        assertThat(disk.list(DIRECTORY)).doesNotContain(LogReset.NAME).anyMatch(Quarantine::isName);
        assertThat(open(disk).abstained()).isTrue();
    }

    @Test
    void whoIsDamagedAgainAndAgainStops() throws IOException {
        disk.contents(DIRECTORY.resolve("quarantine-100-00000000000000000000.log"), new byte[1]);
        disk.damage(lastSegment, disk.contents(lastSegment).length - 5, 1);
        assertThatThrownBy(() -> open(disk)).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.CORRUPT_LOG));
    }

    /** It opens. What it has is the beginning of what it had; if that is not all, it abstains, and the rest is in quarantine. */
    private void check(SimulatedFileStore damaged, String what) throws IOException {
        ReplicatedLog opened = open(damaged);
        Log log = opened.log();
        if (log.endOffset() == model.endOffset() && !opened.abstained()) {
            assertReadsRightOrNotAtAll(log, what);
            return;
        }
        assertThat(opened.abstained()).as(what).isTrue();
        List<ByteBuffer> found = LogModel.readAll(log, 700);
        assertThat(found).as(what).isEqualTo(model.bytes().subList(0, found.size()));
    }

    /** Damage where nobody looks at a start is met when it is read. */
    private void assertReadsRightOrNotAtAll(Log log, String what) {
        try {
            assertThat(LogModel.readAll(log, 700)).as(what).isEqualTo(model.bytes());
        } catch (TailraceException e) {
            assertThat(e.code()).as(what).isIn(ErrorCode.CORRUPT_LOG, ErrorCode.CORRUPT_BATCH);
        }
    }

    /** Every batch is in the log or in a quarantine, but for the one that was damaged. */
    private void assertNothingIsDeleted(SimulatedFileStore after) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String name : after.list(DIRECTORY)) {
            if (name.endsWith(Segment.SUFFIX)) {
                all.write(after.contents(DIRECTORY.resolve(name)));
            }
        }
        String text = all.toString(StandardCharsets.ISO_8859_1);
        long missing = model.batches.stream()
                .filter(batch -> !text.contains(new String(bytes(batch), StandardCharsets.ISO_8859_1)))
                .count();
        assertThat(missing).isLessThanOrEqualTo(1);
    }

    private static byte[] bytes(RecordBatch batch) {
        byte[] bytes = new byte[batch.sizeInBytes()];
        batch.bytes().get(bytes);
        return bytes;
    }

    private List<RecordBatch> batchesIn(byte[] segment) {
        int size = 0;
        int count = 0;
        while (size < segment.length) {
            size += model.batches.get(count++).sizeInBytes();
        }
        return model.batches.subList(0, count);
    }

    private void suspectAndStop(long offset) {
        open(disk).suspect(offset);
        disk.kill();
    }

    private void append(Log log, RecordBatch batch, int epoch) {
        List<PlacedBatch> placed = model.place(epoch, List.of(batch));
        log.append(placed);
        model.add(placed);
    }

    private static ReplicatedLog open(FileStore on) {
        return ReplicatedLog.open(on, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1), false);
    }
}
