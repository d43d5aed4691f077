package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Compaction is stopped in front of every change that it makes to the disk: what is left is a whole log, of old segments or of new ones. */
class LogCleaningCrashTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final Compaction EAGER = new Compaction(true, 0, 0, Long.MAX_VALUE, 1_000);

    private static Log open(FileStore files) {
        return Log.open(
                files, DIRECTORY, new LogSettings(900, 1_000_000, 200).with(EAGER), () -> Instant.ofEpochMilli(1));
    }

    /** A log that has been compacted once, with more behind it. */
    private static KeyedLog fill(SimulatedFileStore disk, long seed) {
        KeyedLog model = new KeyedLog(new Random(seed), 8);
        Log log = open(disk);
        for (int i = 0; i < 25; i++) {
            model.append(log);
        }
        LogCleaningTest.compact(log, 1 << 12, 0, model.endOffset());
        for (int i = 0; i < 25; i++) {
            model.append(log);
        }
        log.roll();
        log.close();
        return model;
    }

    @Test
    void aCrashAtAnyStepLeavesTheOldSegmentsOrTheNewOne() throws IOException {
        for (long seed = 0; seed < 2; seed++) {
            SimulatedFileStore disk = new SimulatedFileStore(seed);
            KeyedLog model = fill(disk, seed);
            boolean finished = false;
            for (int step = 0; !finished; step++) {
                finished = crashAt(disk.copy(seed * 1_000 + step), model, step, (step & 3) == 3);
            }
        }
    }

    /** Whether it came to its end before. */
    private static boolean crashAt(SimulatedFileStore disk, KeyedLog model, int step, boolean killed)
            throws IOException {
        Log log = open(disk);
        boolean finished = true;
        disk.stopAfter(step);
        try {
            LogCleaningTest.compact(log, 1 << 12, 0, model.endOffset());
        } catch (TailraceException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED);
            finished = false;
        }
        if (killed) {
            disk.kill();
        } else {
            disk.crash();
        }
        assertCheckMends(disk.copy(step), model);
        // A crash in the middle of what the crash has left to do.
        SimulatedFileStore again = disk.copy(step + 1);
        for (int inner = step % 3; !opens(again, inner); inner += 1 + step % 4) {
            again.crash();
        }
        assertWhole(again, model);
        assertWhole(disk, model);
        return finished;
    }

    private static boolean opens(SimulatedFileStore disk, int changes) {
        disk.stopAfter(changes);
        try {
            open(disk);
            disk.kill();
            return true;
        } catch (TailraceException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED);
            return false;
        }
    }

    private static void assertWhole(SimulatedFileStore disk, KeyedLog model) throws IOException {
        Log log = open(disk);
        List<KeyedLog.Seen> seen = KeyedLog.read(log);
        Set<KeyedLog.Seen> remaining = new HashSet<>(seen);
        assertThat(remaining).containsAll(model.compactedTo(model.endOffset()));
        assertThat(new HashSet<>(model.records)).containsAll(seen);
        assertThat(log.endOffset()).isEqualTo(model.endOffset());
        model.assertReplays(log, 1);
        assertThat(disk.list(DIRECTORY)).noneMatch(name -> name.endsWith(".cleaned") || name.equals("segment-swap"));
        LogCleaningTest.compact(log, 1 << 12, 0, model.endOffset());
        assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
        log.close();
        assertThat(problems(disk)).isEmpty();
    }

    private static List<LogProblem> problems(SimulatedFileStore disk) {
        List<LogProblem> problems = new ArrayList<>();
        LogCheck.check(disk, DIRECTORY, problems::add);
        return problems;
    }

    /** What a crash of compaction leaves is no error to the check, which knows how to bring it to its end. */
    private static void assertCheckMends(SimulatedFileStore disk, KeyedLog model) throws IOException {
        assertThat(problems(disk)).noneMatch(problem -> problem.severity() == LogProblem.Severity.ERROR);
        LogCheck.repair(disk, DIRECTORY);
        assertThat(problems(disk)).isEmpty();
        Log log = open(disk);
        assertThat(new HashSet<>(KeyedLog.read(log))).containsAll(model.compactedTo(model.endOffset()));
        log.close();
    }

    @Test
    void aFullDiskLeavesTheLogAsItWasAndInUse() throws IOException {
        SimulatedFileStore disk = new SimulatedFileStore(7);
        KeyedLog model = fill(disk, 7);
        for (int room = 0; room < 6_000; room += 150) {
            SimulatedFileStore full = disk.copy(room);
            Log log = open(full);
            full.capacity(full.usedBytes() + room);
            boolean stopped = false;
            try {
                LogCleaningTest.compact(log, 1 << 12, 0, model.endOffset());
            } catch (TailraceException e) {
                stopped = e.code() == ErrorCode.IO_FAILED;
                assertThat(e.code()).isIn(ErrorCode.DISK_FULL, ErrorCode.IO_FAILED);
            }
            full.capacity(Long.MAX_VALUE);
            assertThat(new HashSet<>(KeyedLog.read(log))).containsAll(model.compactedTo(model.endOffset()));
            if (!stopped) {
                LogCleaningTest.compact(log, 1 << 12, 0, model.endOffset());
                assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
            }
            log.close();
            Log again = open(full);
            LogCleaningTest.compact(again, 1 << 12, 0, model.endOffset());
            assertThat(KeyedLog.read(again)).isEqualTo(model.compactedTo(model.endOffset()));
            again.close();
        }
    }
}
