package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The start of a log moves, and the segments below it go. */
class LogStartTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    /** Five batches of two records each per segment. */
    private static final LogSettings SMALL = new LogSettings(1000, 1_000_000, 150);

    private static final long ALL = Long.MAX_VALUE;

    private final SimulatedFileStore disk = new SimulatedFileStore(1);
    private final LogModel model = new LogModel();
    private Log log = open();

    private Log open() {
        return Log.open(disk, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(5_000));
    }

    private void append(int batches, long timestamp, int epoch) {
        for (int i = 0; i < batches; i++) {
            append(Batches.of(new byte[55], timestamp, timestamp), epoch);
        }
    }

    private void append(RecordBatch batch, int epoch) {
        List<PlacedBatch> placed = model.place(epoch, List.of(batch));
        log.append(placed);
        model.add(placed);
    }

    private void announce(long start) {
        append(ControlRecords.logStart(log.endOffset(), log.lastEpoch(), 1, start), log.lastEpoch());
    }

    private void restart() {
        log.close();
        log = open();
    }

    private long segments() {
        return StreamSupport.stream(log.chain().segments().spliterator(), false).count();
    }

    @Test
    void nothingIsReadBelowTheStartFromThenOn() {
        append(20, 1000, 0);
        log.advanceStartTo(13);
        model.start = 13;
        LogReader reader = log.newReader();
        assertCode(ErrorCode.OFFSET_OUT_OF_RANGE, () -> reader.read(12, 100, ALL));
        RecordBatch first = RecordBatch.at(reader.read(13, 1, ALL));
        assertThat(first.baseOffset()).as("whole batches only").isEqualTo(12);
        model.assertSameAs(log);
        restart();
        model.assertSameAs(log);
        disk.crash();
        log = open();
        model.assertSameAs(log);
    }

    @Test
    void theStartNeverGoesBackNorBeyondTheEnd() {
        append(5, 1000, 0);
        log.advanceStartTo(6);
        log.advanceStartTo(2);
        assertThat(log.startOffset()).isEqualTo(6);
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> log.advanceStartTo(11));
        log.advanceStartTo(10);
        assertThat(log.startOffset()).isEqualTo(log.endOffset()).isEqualTo(10);
        assertThat(log.newReader().read(10, 100, ALL).remaining()).isZero();
        restart();
        assertThat(log.startOffset()).isEqualTo(10);
    }

    @Test
    void segmentsGoOnlyWhollyBelowTheStartAndTheLimitAndNeverTheLast() {
        append(20, 1000, 0);
        assertThat(segments()).isEqualTo(4);
        assertThat(log.deleteSegmentsBelow(ALL)).isZero();
        log.advanceStartTo(29);
        model.start = 29;
        long segmentBytes = log.chain().segments().iterator().next().size();
        assertThat(log.deleteSegmentsBelow(19)).isEqualTo(segmentBytes);
        assertThat(log.firstSequenceNr()).isEqualTo(6);
        assertThat(log.deleteSegmentsBelow(ALL)).isEqualTo(segmentBytes);
        assertThat(log.deleteSegmentsBelow(ALL)).isZero();
        assertThat(segments()).isEqualTo(2);
        assertThat(log.firstSequenceNr()).isEqualTo(11);
        model.assertSameAs(log);
        restart();
        model.assertSameAs(log);
        log.advanceStartTo(40);
        model.start = 40;
        assertThat(log.deleteSegmentsBelow(ALL)).isEqualTo(segmentBytes);
        assertThat(segments()).as("the active one stays").isEqualTo(1);
        log.roll();
        assertThat(log.deleteSegmentsBelow(ALL)).isEqualTo(segmentBytes);
        assertThat(log.lastSequenceNr()).isEqualTo(20);
        append(1, 1000, 0);
        assertThat(log.lastSequenceNr()).isEqualTo(21);
        model.assertSameAs(log);
        restart();
        model.assertSameAs(log);
    }

    @Test
    void rollingAnEmptySegmentDoesNothing() {
        log.roll();
        assertThat(segments()).isEqualTo(1);
        append(1, 1000, 0);
        log.roll();
        log.roll();
        assertThat(segments()).isEqualTo(2);
        restart();
        model.assertSameAs(log);
    }

    @Test
    void theEpochThatTheLogBeginsInIsKeptAndThoseBeforeAreForgotten() {
        for (int epoch = 0; epoch < 8; epoch++) {
            append(5, 1000, epoch);
        }
        log.advanceStartTo(44);
        model.start = 44;
        log.deleteSegmentsBelow(ALL);
        assertThat(log.endOfEpoch(3)).isEqualTo(new EpochEnd(-1, 44));
        assertThat(log.endOfEpoch(4)).isEqualTo(new EpochEnd(4, 50));
        append(5, 1000, 8);
        append(1, 1000, 8);
        assertThat(log.chain().epochs().epochAt(29)).as("trimmed by the roll").isEqualTo(-1);
        assertThat(log.chain().epochs().segments()[0]).isEqualTo(40);
        assertThat(log.endOfEpoch(4)).isEqualTo(new EpochEnd(4, 50));
        assertThat(log.endOfEpoch(8).endOffset()).isEqualTo(log.endOffset());
        model.assertSameAs(log);
        restart();
        model.assertSameAs(log);
    }

    @Test
    void theLastEpochOutlivesItsRecordsThoughANewOneWasOnlyAnnounced() {
        append(5, 1000, 3);
        log.roll();
        log.advanceStartTo(10);
        log.deleteSegmentsBelow(ALL);
        disk.stopAfter(6);
        assertCode(ErrorCode.IO_FAILED, () -> append(1, 1000, 7));
        disk.kill();
        log = open();
        assertThat(log.startOffset()).isEqualTo(log.endOffset()).isEqualTo(10);
        assertThat(log.lastEpoch()).isEqualTo(3);
    }

    @Test
    void nothingIsCutBelowTheStart() {
        append(5, 1000, 0);
        log.advanceStartTo(5);
        assertCode(ErrorCode.OFFSET_OUT_OF_RANGE, () -> log.truncateTo(4));
        assertCode(ErrorCode.OFFSET_OUT_OF_RANGE, () -> log.truncateTo(5));
        log.truncateTo(6);
        assertThat(log.endOffset()).isEqualTo(6);
    }

    @Test
    void announcedMovesAreKnownUntilTheyAreMade() throws IOException {
        append(10, 1000, 0);
        announce(4);
        announce(9);
        announce(3);
        assertThat(log.announcedStart(20)).isEmpty();
        assertThat(log.announcedStart(21)).hasValue(4);
        assertThat(log.announcedStart(ALL)).hasValue(9);
        for (int i = 0; i < 3; i++) {
            restart();
            assertThat(log.recovery().clean()).isTrue();
            assertThat(log.announcedStart(21)).hasValue(4);
            assertThat(log.announcedStart(ALL)).hasValue(9);
            append(5, 1000, 0);
            log.checkpoint();
            disk.kill();
            log = open();
            assertThat(log.announcedStart(21)).hasValue(4);
            assertThat(log.announcedStart(ALL)).hasValue(9);
        }
        log.advanceStartTo(4);
        assertThat(log.announcedStart(21)).isEmpty();
        assertThat(log.announcedStart(ALL)).hasValue(9);
        log.advanceStartTo(9);
        assertThat(log.announcedStart(ALL)).isEmpty();
    }

    @Test
    void whatIsCutOffAnnouncesNothing() {
        append(10, 1000, 0);
        announce(4);
        long cut = log.endOffset();
        announce(9);
        log.checkpoint();
        log.truncateTo(cut);
        model.truncateTo(cut);
        assertThat(log.announcedStart(ALL)).hasValue(4);
        append(3, 1000, 0);
        log.flush();
        disk.kill();
        log = open();
        assertThat(log.announcedStart(ALL)).hasValue(4);
    }

    @Test
    void moreAnnouncedMovesThanAnybodyNeedsAreRefused() {
        append(1024, 1000, 0);
        for (int start = 1; start <= LogStart.MAX_ANNOUNCED; start++) {
            announce(start);
        }
        assertCode(ErrorCode.LIMIT_EXCEEDED, () -> announce(2000));
        assertThat(log.announcedStart(ALL)).hasValue(LogStart.MAX_ANNOUNCED);
        append(1, 1000, 0);
        log.advanceStartTo(1);
        announce(2000);
    }

    @Test
    void aMoveBeyondItsOwnBatchIsRefused() {
        append(2, 1000, 0);
        RecordBatch elsewhere = ControlRecords.logStart(100, 0, 1, 50);
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> log.append(List.of(new PlacedBatch(elsewhere, 4, 0, -1))));
        model.assertSameAs(log);
    }

    @Test
    void aFullDiskLeavesTheStartWhereItIsAndTheLogUsable() {
        append(10, 1000, 0);
        disk.capacity(disk.usedBytes());
        assertCode(ErrorCode.DISK_FULL, () -> log.advanceStartTo(4));
        assertThat(log.startOffset()).isZero();
        disk.capacity(ALL);
        log.advanceStartTo(4);
        assertThat(log.startOffset()).isEqualTo(4);
    }

    @Test
    void aFailedWriteOfTheStartStopsTheLogAndTheStartIsEitherOfTheTwo() {
        append(10, 1000, 0);
        log.flush();
        disk.failForceAfter(0);
        assertCode(ErrorCode.IO_FAILED, () -> log.advanceStartTo(4));
        assertThat(log.startOffset()).isZero();
        assertCode(ErrorCode.IO_FAILED, () -> log.advanceStartTo(4));
        assertThat(RecordBatch.at(log.newReader().read(0, 1, ALL)).baseOffset()).isZero();
        disk.crash();
        log = open();
        assertThat(log.startOffset()).isIn(0L, 4L);
    }

    @Test
    void timeAndSizeSayWhereTheLogShouldBegin() {
        append(5, 1000, 0);
        append(5, 3000, 0);
        append(5, 2000, 0);
        append(2, 4000, 0);
        long segmentBytes = log.chain().segments().iterator().next().size();
        assertThat(retained(Retention.NONE, 10_000)).isZero();
        assertThat(retained(new Retention(1000, -1), 2000)).isZero();
        assertThat(retained(new Retention(1000, -1), 2001)).isEqualTo(10);
        assertThat(retained(new Retention(1000, -1), 3500))
                .as("not beyond one that is young")
                .isEqualTo(10);
        assertThat(retained(new Retention(1000, -1), 4001)).isEqualTo(30);
        assertThat(retained(new Retention(1000, -1), 5000)).isEqualTo(30);
        assertThat(retained(new Retention(1000, -1), 5001))
                .as("the active one too")
                .isEqualTo(34);
        assertThat(log.retainedFrom(new Retention(1000, -1), 5001, 33))
                .as("not committed")
                .isEqualTo(30);
        assertThat(log.retainedFrom(new Retention(1000, -1), 5001, 29)).isEqualTo(20);
        assertThat(retained(new Retention(-1, 2 * segmentBytes), 9000)).isEqualTo(10);
        assertThat(retained(new Retention(-1, 3 * segmentBytes), 9000)).isZero();
        assertThat(retained(new Retention(-1, 0), 9000))
                .as("never the active one")
                .isEqualTo(30);
        log.advanceStartTo(13);
        assertThat(retained(Retention.NONE, 10_000)).isEqualTo(13);
        assertThat(retained(new Retention(1000, -1), 2001)).isEqualTo(13);
        assertThat(retained(new Retention(0, 0), 2001)).isEqualTo(30);
    }

    @Test
    void anExpiredActiveSegmentGoesAfterARoll() {
        append(2, 1000, 0);
        assertThat(retained(new Retention(10, -1), 9000)).isEqualTo(4);
        log.roll();
        announce(4);
        log.advanceStartTo(4);
        assertThat(log.deleteSegmentsBelow(ALL)).isPositive();
        assertThat(retained(new Retention(10, -1), 9000))
                .as("control batches do not age")
                .isEqualTo(4);
        assertThat(segments()).isEqualTo(1);
    }

    @Test
    void segmentsWithoutATimestampGoWithTheNextOneThatHasOne() {
        append(5, -1, 0);
        append(5, 1000, 0);
        append(5, -1, 0);
        append(1, -1, 0);
        assertThat(retained(new Retention(10, -1), 1010)).isZero();
        assertThat(retained(new Retention(10, -1), 1011)).isEqualTo(20);
    }

    @Test
    void aTimestampInTheFutureIsKeptUntilThen() {
        append(5, 1000, 0);
        append(5, ALL, 0);
        append(5, 1000, 0);
        assertThat(retained(new Retention(10, -1), 9000)).isEqualTo(10);
        assertThat(retained(new Retention(10, 0), 9000)).as("size does not ask").isEqualTo(20);
    }

    @Test
    void settingsChangeInUse() {
        append(3, 1000, 0);
        log.changeSettings(new LogSettings(300, 1_000_000, 150));
        append(3, 1000, 0);
        assertThat(segments()).isEqualTo(4);
        log.changeSettings(new LogSettings(100_000, 1_000_000, 150));
        append(30, 1000, 0);
        assertThat(segments()).isEqualTo(4);
        model.assertSameAs(log);
    }

    @Test
    void lookUpsByTimePassOverWhatLiesBelowTheStart() {
        append(3, 1000, 0);
        log.advanceStartTo(3);
        assertThat(log.offsetForTimestamp(1000, ALL)).isEqualTo(OptionalLong.of(3));
    }

    private long retained(Retention retention, long now) {
        return log.retainedFrom(retention, now, log.endOffset());
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
