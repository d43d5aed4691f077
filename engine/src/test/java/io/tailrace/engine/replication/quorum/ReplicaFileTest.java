package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplicaFileTest {
    private static final Path DIRECTORY = Path.of("/replica");
    private static final Path FILE = DIRECTORY.resolve("replica");
    private static final ReplicaId A = new ReplicaId("a", "1");
    private static final ReplicaId B = new ReplicaId("b", "1");
    private static final Voters ONE = new Voters(List.of(A), 0);
    private static final Voters TWO = ONE.with(B);

    private final SimulatedFileStore files = new SimulatedFileStore(1);

    private static PlacedBatch voters(long offset, Voters voters) {
        return new PlacedBatch(VotersFormat.batch(offset, 1, 1, voters), offset, 1, -1);
    }

    private static PlacedBatch barrier(long offset) {
        return new PlacedBatch(ControlRecords.barrier(offset, 1, 1), offset, 1, -1);
    }

    private ReplicaFile open() {
        return ReplicaFile.open(files, DIRECTORY);
    }

    private static void assertCode(ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    @Test
    void whoItIsAndWhoVotesSurvivesACrash() {
        ReplicaFile.create(files, DIRECTORY, A, ONE).announce(List.of(barrier(0), voters(1, TWO)));
        files.crash();
        assertThat(open().self()).isEqualTo(A);
        assertThat(open().voters(2).newest()).isEqualTo(TWO);
        assertThat(open().voters(2).at(1)).isEqualTo(ONE);
    }

    @Test
    void aFileWhoseBitsHaveTurnedIsWrittenAgainByWhoHasItOpen() throws Exception {
        ReplicaFile file = ReplicaFile.create(files, DIRECTORY, A, ONE);
        file.announce(List.of(barrier(0), voters(1, TWO)));
        assertThat(file.damage()).isEmpty();
        files.damage(FILE, 20, 1);
        assertThat(file.damage()).isPresent();
        assertThat(file.writeAgain(DIRECTORY.resolve("other"))).isFalse();
        assertThat(file.writeAgain(FILE)).isTrue();
        assertThat(file.damage()).isEmpty();
        files.crash();
        assertThat(open().voters(2).newest()).isEqualTo(TWO);
    }

    /** What is before the place where a log has begun anew may be of the log that was given up, and never have been committed. */
    @Test
    void whereALogBeginsAnewWhatWasBeforeIsForgotten() {
        VoterHistory history = VoterHistory.of(ONE);
        history.append(5, TWO);
        Voters others = TWO.without(A);
        history.reset(8, others);
        assertThat(history.byOffset()).containsExactly(Map.entry(7L, others));
        assertThat(history.at(6)).isEqualTo(others);
        assertThat(history.newest()).isEqualTo(others);
    }

    @Test
    void aConfigurationOfWhichNoBatchCameToBeDoesNotCount() {
        ReplicaFile.create(files, DIRECTORY, A, ONE).announce(List.of(voters(5, TWO)));
        assertThat(open().voters(5).newest()).isEqualTo(ONE);
    }

    @Test
    void andIsGoneBeforeAnythingElseStandsAtItsOffset() {
        ReplicaFile.create(files, DIRECTORY, A, ONE).announce(List.of(voters(5, TWO)));
        open().announce(List.of(new PlacedBatch(ControlRecords.barrier(5, 2, 1), 5, 2, -1)));
        files.crash();
        assertThat(open().voters(6).newest()).isEqualTo(ONE);
    }

    @Test
    void aConfigurationIsNotForgottenByALogThatBeginsBehindIt() {
        ReplicaFile.create(files, DIRECTORY, A, Voters.NONE).announce(100, TWO);
        files.crash();
        assertThat(open().voters(100).newest()).isEqualTo(TWO);
        assertThat(open().voters(100).at(100)).isEqualTo(TWO);
        assertThat(open().voters(7).newest()).isEqualTo(Voters.NONE);
    }

    @Test
    void aWriteThatFailedIsMadeUpForByTheNext() {
        ReplicaFile file = ReplicaFile.create(files, DIRECTORY, A, ONE);
        files.capacity(files.usedBytes());
        assertCode(ErrorCode.DISK_FULL, () -> file.announce(List.of(voters(0, TWO))));
        assertThat(open().voters(1).newest()).isEqualTo(ONE);
        files.capacity(Long.MAX_VALUE);
        file.announce(List.of(voters(0, TWO)));
        assertThat(open().voters(1).newest()).isEqualTo(TWO);
    }

    @Test
    void everyDamagedBitIsNoticedAndNothingIsTouched() throws IOException {
        ReplicaFile.create(files, DIRECTORY, A, TWO);
        byte[] right = files.contents(FILE);
        for (int bit = 0; bit < right.length * 8; bit++) {
            byte[] wrong = right.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            files.contents(FILE, wrong);
            assertCode(ErrorCode.CORRUPT_LOG, this::open);
            assertThat(files.contents(FILE)).isEqualTo(wrong);
        }
    }

    @Test
    void withoutItThereIsNoReplicaAndWithItNotAnother() {
        assertThat(ReplicaFile.exists(files, DIRECTORY)).isFalse();
        assertCode(ErrorCode.CORRUPT_LOG, this::open);
        ReplicaFile.create(files, DIRECTORY, A, ONE);
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> ReplicaFile.create(files, DIRECTORY, B, TWO));
        assertThat(open().self()).isEqualTo(A);
    }

    @Test
    void aNewerVersionIsSaidAndLeftAlone() throws IOException {
        files.createDirectories(DIRECTORY);
        CheckedFile.write(files, FILE, 0x54525249, 2, ByteBuffer.allocate(3));
        byte[] newer = files.contents(FILE);
        assertCode(ErrorCode.DATA_DIR_VERSION, this::open);
        assertThat(files.contents(FILE)).isEqualTo(newer);
    }

    @Test
    void aConfigurationThatNobodyCanReadIsNeitherGuessedNorSteppedOver() {
        byte[] newer = VotersFormat.bytes(TWO);
        newer[1] = 1;
        assertCode(ErrorCode.DATA_DIR_VERSION, () -> VotersFormat.in(ControlRecords.voters(0, 1, 1, newer)));
        byte[] cut = java.util.Arrays.copyOf(VotersFormat.bytes(TWO), 12);
        assertCode(ErrorCode.CORRUPT_BATCH, () -> VotersFormat.in(ControlRecords.voters(0, 1, 1, cut)));
        assertThat(VotersFormat.in(ControlRecords.barrier(0, 1, 1))).isNull();
    }

    @Test
    void keepsTheNewestConfigurationsOnly() {
        ReplicaFile file = ReplicaFile.create(files, DIRECTORY, A, ONE);
        List<PlacedBatch> changes = IntStream.range(0, 300)
                .mapToObj(offset -> voters(offset, new Voters(List.of(A), offset + 1)))
                .toList();
        file.announce(changes);
        VoterHistory voters = open().voters(300);
        assertThat(voters.byOffset()).hasSize(VoterHistory.MAX_KEPT);
        assertThat(voters.newest().configVersion()).isEqualTo(300);
        assertThat(voters.at(0).configVersion()).isEqualTo(201);
    }

    @Test
    void theBatchIsAControlBatchThatOthersStepOver() {
        RecordBatch batch = VotersFormat.batch(7, 3, 1, TWO);
        assertThat(batch.isControl()).isTrue();
        assertThat(batch.baseOffset()).isEqualTo(7);
        assertThat(VotersFormat.in(batch)).isEqualTo(TWO);
    }
}
