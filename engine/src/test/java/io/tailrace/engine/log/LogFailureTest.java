package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A disk that refuses: full, or failing. */
class LogFailureTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final LogSettings SMALL = new LogSettings(1500, 1_000_000, 200);

    private final SimulatedFileStore disk = new SimulatedFileStore(1);
    private final LogModel model = new LogModel();

    @Test
    void aFullDiskUndoesTheAppendAndLetsItGoOnLater() {
        for (long seed = 0; seed < 40; seed++) {
            SimulatedFileStore full = new SimulatedFileStore(seed);
            LogModel stored = new LogModel();
            Random random = new Random(seed);
            Log log = open(full);
            int refused = 0;
            for (int i = 0; i < 60; i++) {
                full.capacity(random.nextBoolean() ? Long.MAX_VALUE : full.usedBytes() + random.nextInt(300));
                List<PlacedBatch> placed = stored.place(i / 7, List.of(batch(random), batch(random)));
                try {
                    log.append(placed);
                    stored.add(placed);
                } catch (TailraceException e) {
                    assertThat(e.code()).as("seed %d", seed).isEqualTo(ErrorCode.DISK_FULL);
                    refused++;
                }
                if (i % 20 == 0) {
                    stored.assertSameAs(log);
                }
            }
            assertThat(refused).isPositive();
            full.capacity(Long.MAX_VALUE);
            stored.assertSameAs(log);
            log.flush();
            full.crash();
            stored.assertSameAs(open(full));
        }
    }

    @Test
    void aFailedForceStopsTheLogForGood() {
        Log log = open(disk);
        append(log, 0);
        log.flush();
        append(log, 0);
        disk.failForceAfter(0);
        assertCode(ErrorCode.IO_FAILED, log::flush);
        long flushed = log.flushedOffset();
        assertCode(ErrorCode.IO_FAILED, log::flush);
        assertCode(ErrorCode.IO_FAILED, () -> append(log, 0));
        assertCode(ErrorCode.IO_FAILED, log::checkpoint);
        assertCode(ErrorCode.IO_FAILED, () -> log.truncateTo(0));
        assertThat(log.flushedOffset())
                .isEqualTo(flushed)
                .isEqualTo(model.batches.get(0).nextOffset());
        model.assertSameAs(log);
        log.close();
        assertThat(open(disk).recovery().clean()).isFalse();
    }

    @Test
    void aFailedWriteStopsTheLogAndLeavesNothingOfIt() {
        Log log = open(disk);
        append(log, 0);
        disk.failWriteAfter(0);
        assertCode(ErrorCode.IO_FAILED, () -> log.append(model.place(0, List.of(Batches.of(new byte[100], 1)))));
        assertCode(ErrorCode.IO_FAILED, () -> append(log, 0));
        model.assertSameAs(log);
        log.close();
        Log again = open(disk);
        assertThat(again.recovery().truncatedBytes()).isZero();
        model.assertSameAs(again);
    }

    @Test
    void theFlushedOffsetNeverPassesWhatWasForced() {
        Log log = open(disk);
        append(log, 0);
        assertThat(log.flushedOffset()).isZero();
        log.flush();
        assertThat(log.flushedOffset()).isEqualTo(log.endOffset());
        append(log, 0);
        assertThat(log.flushedOffset()).isLessThan(log.endOffset());
    }

    @Test
    void theLockIsHeldByOneOnly() throws Exception {
        Path file = DIRECTORY.resolve("lock");
        disk.createDirectories(DIRECTORY);
        var lock = disk.tryLock(file).orElseThrow();
        assertThat(disk.tryLock(file)).isEmpty();
        lock.close();
        assertThat(disk.tryLock(file)).isPresent();
    }

    private static RecordBatch batch(Random random) {
        return Batches.random(random, 3, 120, 1_000);
    }

    private void append(Log log, int epoch) {
        List<PlacedBatch> placed = model.place(epoch, List.of(Batches.of(new byte[40], 1, 2)));
        log.append(placed);
        model.add(placed);
    }

    private static Log open(FileStore on) {
        return Log.open(on, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1));
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
