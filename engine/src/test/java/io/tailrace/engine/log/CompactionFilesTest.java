package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compaction's small files: damaged, lost, or of another version. */
class CompactionFilesTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final Path SWAP = DIRECTORY.resolve("segment-swap");
    private static final Path CLEANED_TO = DIRECTORY.resolve("cleaned-to");
    private static final LogSettings SMALL =
            new LogSettings(1_000, 1_000_000, 200).with(new Compaction(true, 0, 0, Long.MAX_VALUE, 1_000));

    private final SimulatedFileStore disk = new SimulatedFileStore(1);
    private final KeyedLog model = new KeyedLog(new Random(1), 5);

    @BeforeEach
    void fill() {
        Log log = open();
        for (int i = 0; i < 40; i++) {
            model.append(log);
        }
        log.roll();
        LogCleaningTest.compact(log, 1 << 12, 0, model.endOffset());
        log.close();
    }

    private Log open() {
        return Log.open(disk, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1));
    }

    private static ErrorCode code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return ((TailraceException) catchThrowable(call)).code();
    }

    @Test
    void whoHasNoPeersDoesNotOpenByADamagedDecisionAndNothingIsTouched() throws IOException {
        SegmentSwap.begin(disk, DIRECTORY, List.of(0L, 10L));
        disk.damage(SWAP, 9, 1);
        List<String> before = disk.list(DIRECTORY);
        assertThat(code(this::open)).isEqualTo(ErrorCode.CORRUPT_LOG);
        assertThat(disk.list(DIRECTORY)).containsExactlyInAnyOrderElementsOf(before);
        List<LogProblem> problems = new ArrayList<>();
        LogCheck.check(disk, DIRECTORY, problems::add);
        assertThat(problems).anyMatch(problem -> problem.severity() == LogProblem.Severity.ERROR);
    }

    @Test
    void whoHasPeersPutsEverythingAwayThenAndAbstains() throws IOException {
        SegmentSwap.begin(disk, DIRECTORY, List.of(0L, 10L));
        disk.damage(SWAP, 9, 1);
        ReplicatedLog opened = ReplicatedLog.open(disk, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1), false);
        assertThat(opened.abstained()).isTrue();
        assertThat(opened.log().endOffset()).isZero();
        assertThat(disk.list(DIRECTORY)).doesNotContain("segment-swap", "cleaned-to");
        opened.log().close();
    }

    @Test
    void aDecisionOfANewerVersionIsLeftAlone() throws IOException {
        CheckedFile.write(disk, SWAP, 0x54525357, 2, ByteBuffer.allocate(12));
        assertThat(code(this::open)).isEqualTo(ErrorCode.DATA_DIR_VERSION);
    }

    @Test
    void aHintThatIsDamagedOrOfANewerVersionCostsAnotherLookAtEverything() throws IOException {
        CheckedFile.write(disk, CLEANED_TO, 0x54524354, 2, ByteBuffer.allocate(8));
        assertCompactsFromItsStart();
        CleanedTo.write(disk, DIRECTORY, 7);
        disk.damage(CLEANED_TO, 10, 2);
        assertCompactsFromItsStart();
        List<LogProblem> problems = new ArrayList<>();
        disk.damage(CLEANED_TO, 10, 2);
        assertThat(LogCheck.check(disk, DIRECTORY, problems::add).isSound()).isTrue();
        assertThat(problems).hasSize(1);
    }

    private void assertCompactsFromItsStart() {
        Log log = open();
        assertThat(log.dirt(0, model.endOffset(), () -> Long.MAX_VALUE).ratio()).isEqualTo(1);
        LogCleaningTest.compact(log, 1 << 12, 0, model.endOffset());
        assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
        log.close();
    }

    @Test
    void aHintBeyondTheLogsEndIsForgottenSinceSomethingElseMayComeThere() throws IOException {
        CleanedTo.write(disk, DIRECTORY, model.endOffset() + 1);
        open().close();
        assertThat(disk.exists(CLEANED_TO)).isFalse();
    }

    @Test
    void alsoWithoutTheEpochIndexTheBatchesAreNumberedAsBefore() throws IOException {
        disk.delete(DIRECTORY.resolve("leader-epochs"));
        disk.delete(DIRECTORY.resolve("clean-stop"));
        Log log = open();
        model.assertReplays(log, 1);
        assertThat(new HashSet<>(KeyedLog.read(log))).isEqualTo(new HashSet<>(model.compactedTo(model.endOffset())));
        log.close();
    }

    @Test
    void aLogThatBeginsAnewForgetsHowFarItWasCompacted() throws IOException {
        Log log = open();
        log.resetTo(new LogPlace(model.endOffset() + 5, model.epoch, 500));
        assertThat(log.endOffset()).isEqualTo(model.endOffset() + 5);
        log.close();
        assertThat(disk.exists(CLEANED_TO)).isFalse();
    }
}
