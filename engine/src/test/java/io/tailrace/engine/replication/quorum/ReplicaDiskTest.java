package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.FlushMode;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.PromiseJournal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReplicaDiskTest {
    private static final Promise PROMISE = new Promise(3, new UUID(4, 5));

    private static final Path DIRECTORY = Path.of("/replica");
    private static final ReplicaId SELF = new ReplicaId("a", "1");

    private final SimulatedFileStore files = new SimulatedFileStore(1);

    private ReplicaDisk open() {
        PromiseJournal journal = PromiseJournal.open(files, Path.of("/data"), true);
        if (!ReplicaFile.exists(files, DIRECTORY)) {
            ReplicaFile.create(files, DIRECTORY, SELF, new Voters(List.of(SELF), 0));
        }
        return ReplicaDisk.open(files, DIRECTORY, journal, LogSettings.DEFAULTS, () -> Instant.ofEpochMilli(1));
    }

    private static Output.AppendToLog barrier(long id, long offset) {
        RecordBatch barrier = ControlRecords.barrier(offset, 3, 1);
        return new Output.AppendToLog(id, List.of(new PlacedBatch(barrier, offset, 3, -1)));
    }

    @Test
    void whatWasReportedAsDoneSurvivesACrash() {
        ReplicaDisk disk = open();
        assertThat(disk.perform(new Output.StorePromise(1, PROMISE))).isEqualTo(new Input.IoDone(1));
        assertThat(disk.perform(barrier(2, 0))).isEqualTo(new Input.IoDone(2));
        assertThat(disk.perform(barrier(3, 1))).isEqualTo(new Input.IoDone(3));
        assertThat(disk.perform(new Output.Truncate(4, 1))).isEqualTo(new Input.IoDone(4));
        assertThat(disk.perform(new Output.Flush(5))).isEqualTo(new Input.IoDone(5));
        files.crash();
        QuorumReplica.Recovered recovered = open().recovered();
        assertThat(recovered.promise()).isEqualTo(PROMISE);
        assertThat(recovered.log().position()).isEqualTo(new LogPosition(3, 1));
    }

    @Test
    void readsWhatIsThereAndNothingBeyond() {
        ReplicaDisk disk = open();
        disk.perform(barrier(1, 0));
        disk.perform(barrier(2, 1));
        Input.ReadDone done = (Input.ReadDone) disk.perform(new Output.Read(3, 0, 9, 10_000));
        assertThat(done.batches()).extracting(RecordBatch::baseOffset).containsExactly(0L, 1L);
        assertThat(disk.perform(new Output.Read(4, 2, 9, 10_000)))
                .isEqualTo(new Input.ReadDone(4, List.of(), Tombstones.NONE));
    }

    @Test
    void whatFindsNoRoomAndWhatWasAskedForBehindItIsNotStoredAndLaterItGoesOn() {
        ReplicaDisk disk = open();
        disk.perform(barrier(1, 0));
        files.capacity(files.usedBytes() + 10);
        assertThat(disk.perform(barrier(2, 1))).isEqualTo(new Input.NoRoom(2));
        files.capacity(Long.MAX_VALUE);
        assertThat(disk.perform(barrier(3, 2))).isEqualTo(new Input.NoRoom(3));
        assertThat(disk.log().endOffset()).isEqualTo(1);
        assertThat(disk.perform(barrier(4, 1))).isEqualTo(new Input.IoDone(4));
        assertThat(disk.perform(barrier(5, 9))).isInstanceOf(Input.IoFailed.class);
    }

    /** The other has it on its disk and counts it, and may have what this one loses. */
    @Test
    void aSoleVoterKeepsThePeersMarksFromTheEntryOnThatNamesAnother() {
        open().close();
        ReplicaDisk disk = openWithoutFsync("before");
        disk.perform(new Output.StorePromise(1, PROMISE));
        Voters two = new Voters(List.of(SELF), 0).with(new ReplicaId("b", "1"));
        PlacedBatch voters = new PlacedBatch(VotersFormat.batch(0, 3, 1, two), 0, 3, -1);
        assertThat(disk.isSoleVoter()).isTrue();
        disk.perform(new Output.AppendToLog(2, List.of(voters)));
        assertThat(disk.isSoleVoter()).isFalse();
        files.crash();
        assertThat(openWithoutFsync("after").recovered().abstains()).isTrue();
    }

    private ReplicaDisk openWithoutFsync(String bootId) {
        PromiseJournal journal = PromiseJournal.open(files, Path.of("/data"), true);
        return ReplicaDisk.open(
                files, DIRECTORY, journal, LogSettings.DEFAULTS, () -> Instant.ofEpochMilli(1), FlushMode.OS, bootId);
    }

    @Test
    void aFailedFsyncIsReportedAsSuch() {
        ReplicaDisk disk = open();
        disk.perform(barrier(1, 0));
        files.failForceAfter(0);
        assertThat(disk.perform(new Output.Flush(2))).isInstanceOf(Input.IoFailed.class);
    }

    @Test
    void theHighWatermarkSurvivesAStopAndIsAHintOnly() throws IOException {
        Path file = DIRECTORY.resolve("high-watermark");
        ReplicaDisk disk = open();
        disk.perform(new Output.StorePromise(1, PROMISE));
        disk.perform(barrier(2, 0));
        disk.perform(barrier(3, 1));
        disk.perform(new Output.Flush(4));
        disk.checkpoint(2);
        files.kill();
        assertThat(open().recovered().checkpoint()).isEqualTo(2);
        byte[] good = files.contents(file);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            files.contents(file, bad);
            assertThat(open().recovered().checkpoint()).isZero();
        }
        files.contents(file, good);
        files.delete(file);
        assertThat(open().recovered().checkpoint()).isZero();
    }

    @Test
    void aHighWatermarkOfAnotherVersionIsPassedOver() throws IOException {
        open().close();
        Path file = DIRECTORY.resolve("high-watermark");
        CheckedFile.write(files, file, 0x54524857, 77, ByteBuffer.allocate(8).putLong(0, 1));
        ReplicaDisk disk = open();
        assertThat(disk.recovered().checkpoint()).isZero();
        disk.checkpoint(0);
        disk.checkpoint(1);
        assertThat(open().recovered().checkpoint()).isEqualTo(1);
    }

    @Test
    void whereThereIsNoRoomTheHighWatermarkIsNotWritten() {
        ReplicaDisk disk = open();
        files.capacity(files.usedBytes());
        disk.checkpoint(1);
        files.capacity(Long.MAX_VALUE);
        assertThat(open().recovered().checkpoint()).isZero();
    }

    @Test
    void aLogOfAnEpochThatWasNeverPromisedIsNotServed() {
        ReplicaDisk disk = open();
        disk.perform(barrier(1, 0));
        disk.perform(new Output.Flush(2));
        disk.close();
        assertThatThrownBy(() -> open().recovered())
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG));
    }

    @Test
    void damageThatAReadMeetsIsRememberedAndRepairedAtTheNextStart() throws IOException {
        ReplicaFile.create(files, DIRECTORY, SELF, new Voters(List.of(SELF, new ReplicaId("b", "1")), 0));
        ReplicaDisk disk = open();
        disk.perform(new Output.StorePromise(1, PROMISE));
        disk.perform(barrier(2, 0));
        disk.perform(barrier(3, 1));
        disk.perform(new Output.Flush(4));
        disk.close();
        files.damage(DIRECTORY.resolve("00000000000000000000.log"), 150, 1);
        ReplicaDisk damaged = open();
        assertThat(damaged.recovered().abstains()).isFalse();
        assertThat(damaged.perform(new Output.Read(1, 0, 9, 10_000)))
                .isInstanceOfSatisfying(
                        Input.Damaged.class, met -> assertThat(met.offset()).isZero());
        files.crash();
        ReplicaDisk repaired = open();
        QuorumReplica.Recovered recovered = repaired.recovered();
        assertThat(recovered.abstains()).isTrue();
        assertThat(recovered.log().end()).isEqualTo(1);
        assertThat(repaired.perform(new Output.EndAbstention(1))).isEqualTo(new Input.IoDone(1));
        files.crash();
        assertThat(open().recovered().abstains()).isFalse();
    }

    @Test
    void aSoleVoterStopsAtDamageAndTouchesNothing() throws IOException {
        ReplicaDisk disk = open();
        disk.perform(new Output.StorePromise(1, PROMISE));
        disk.perform(barrier(2, 0));
        disk.perform(new Output.Flush(3));
        files.damage(DIRECTORY.resolve("00000000000000000000.log"), 70, 1);
        assertThatThrownBy(() -> ReplicaDisk.checked(disk.log().newReader().read(0, 1000, 1)))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG));
        disk.close();
        files.delete(DIRECTORY.resolve("clean-stop"));
        files.delete(DIRECTORY.resolve("00000000000000000000.index"));
        files.syncDirectory(DIRECTORY);
        List<String> before = files.list(DIRECTORY);
        assertThat(files.contents(DIRECTORY.resolve("00000000000000000000.log")))
                .isNotEmpty();
        assertThatThrownBy(this::open).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.CORRUPT_LOG));
        assertThat(files.list(DIRECTORY)).containsExactlyInAnyOrderElementsOf(before);
    }
}
