package io.tailrace.engine.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.log.StoredFile;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private static final Path DATA = Path.of("/data");
    private static final Path DIRECTORY = Path.of("/data/p");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_750_000_000_000L));

    private final SimulatedFileStore disk = new SimulatedFileStore(3);

    private Replica open(FlushMode flush) {
        return open(disk, flush);
    }

    private static Replica open(SimulatedFileStore on, FlushMode flush) {
        PromiseJournal promises = PromiseJournal.open(on, DATA, true, 2048);
        ReplicaHome home = ReplicaHome.alone("n", on, promises, flush, CLOCK, Runnable::run);
        return new Replicas(home, DATA).open("p", LogSettings.DEFAULTS);
    }

    private static List<PlacedBatch> batch(long offset, int epoch) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 10_000);
        builder.append(5, new byte[0], new byte[10]);
        return List.of(new PlacedBatch(builder.build(), offset, epoch, -1));
    }

    private static Leadership lead(Replica replica) {
        return replica.lead(Nomination.AT_ANY_PRICE).toCompletableFuture().join();
    }

    private static void join(CompletionStage<Void> stage) {
        stage.toCompletableFuture().join();
    }

    private static ErrorCode code(ThrowingCallable call) {
        Throwable thrown = Assertions.catchThrowable(call);
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        assertThat(cause).isInstanceOf(TailraceException.class);
        return ((TailraceException) cause).code();
    }

    @Test
    void aNewLeadershipFencesTheOld() {
        Replica replica = open(FlushMode.BATCH);
        Leadership old = lead(replica);
        join(old.append(batch(0, old.epoch())));
        Leadership fresh = lead(replica);
        assertThat(fresh.epoch()).isGreaterThan(old.epoch());
        assertThat(code(() -> join(old.append(batch(2, old.epoch()))))).isEqualTo(ErrorCode.FENCED);
        join(fresh.append(batch(2, fresh.epoch())));
        assertThat(replica.highWatermark().offset()).isEqualTo(3);
    }

    @Test
    void aPromiseSurvivesACrashSoThatNoEpochIsGivenTwice() {
        int last = -1;
        for (int start = 0; start < 10; start++) {
            Replica replica = open(FlushMode.BATCH);
            int epoch = lead(replica).epoch();
            assertThat(epoch).isGreaterThan(last);
            last = epoch;
            disk.crash();
        }
    }

    @Test
    void whatIsAcknowledgedSurvivesACrash() {
        Replica replica = open(FlushMode.BATCH);
        Leadership leadership = lead(replica);
        for (int i = 0; i < 20; i++) {
            join(leadership.append(batch(i, leadership.epoch())));
        }
        disk.crash();
        Replica again = open(FlushMode.BATCH);
        lead(again);
        assertThat(again.highWatermark().offset()).isEqualTo(21);
    }

    @Test
    void nothingIsServedBeforeTheEpochsBarrierIsCommitted() {
        Replica replica = open(FlushMode.BATCH);
        Leadership leadership = lead(replica);
        join(leadership.append(batch(0, leadership.epoch())));
        replica.close();
        Replica again = open(FlushMode.BATCH);
        assertThat(again.highWatermark().offset()).isEqualTo(HighWatermark.UNKNOWN);
        lead(again);
        assertThat(again.highWatermark().offset()).isEqualTo(2);
    }

    @Test
    void aStartThatWasAnnouncedMovesBeforeTheNextLeaderServesWhereverACrashComes() {
        int announced = 0;
        for (int changes = 0; ; changes++) {
            SimulatedFileStore own = new SimulatedFileStore(changes);
            Leadership leadership = lead(open(own, FlushMode.BATCH));
            for (int i = 0; i < 10; i++) {
                join(leadership.append(batch(i, leadership.epoch())));
            }
            own.stopAfter(changes);
            Throwable stopped = Assertions.catchThrowable(() -> join(leadership.moveStart(4)));
            own.crash();
            Replica again = open(own, FlushMode.BATCH);
            long before = again.startOffset();
            lead(again);
            // Ten records, perhaps what moves the start, and the barrier.
            boolean said = again.highWatermark().offset() == 12;
            assertThat(again.startOffset()).as("after %d changes", changes).isEqualTo(said ? 4 : 0);
            announced += said && before == 0 ? 1 : 0;
            if (stopped == null) {
                break;
            }
        }
        assertThat(announced).as("all but the last step of the move was done").isPositive();
    }

    @Test
    void theStartMovesUpToTheHighWatermarkAndNeverBack() {
        for (FlushMode flush : FlushMode.values()) {
            SimulatedFileStore own = new SimulatedFileStore(1);
            Replica replica = open(own, flush);
            Leadership leadership = lead(replica);
            for (int i = 0; i < 10; i++) {
                join(leadership.append(batch(i, leadership.epoch())));
            }
            assertThat(code(() -> join(leadership.moveStart(11)))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            join(leadership.moveStart(6));
            join(leadership.moveStart(3));
            assertThat(replica.startOffset()).isEqualTo(6);
            assertThat(replica.highWatermark().offset()).isEqualTo(11);
            // What has been let go must not come back, however little is forced otherwise.
            own.crash();
            Replica again = open(own, flush);
            lead(again);
            assertThat(again.startOffset()).isEqualTo(6);
            assertThat(again.highWatermark().offset()).isEqualTo(12);
        }
    }

    @Test
    void aLeadershipThatIsOverMovesNoStart() {
        Replica replica = open(FlushMode.BATCH);
        Leadership old = lead(replica);
        join(old.append(batch(0, old.epoch())));
        lead(replica);
        assertThat(code(() -> join(old.moveStart(1)))).isEqualTo(ErrorCode.FENCED);
        assertThat(code(old::ensureLeading)).isEqualTo(ErrorCode.FENCED);
        assertThat(replica.startOffset()).isZero();
    }

    @Test
    void afterAFailedFsyncNothingIsAcknowledgedAnyMore() {
        Replica replica = open(FlushMode.BATCH);
        Leadership leadership = lead(replica);
        join(leadership.append(batch(0, leadership.epoch())));
        disk.failForceAfter(0);
        assertThat(code(() -> join(leadership.append(batch(1, leadership.epoch())))))
                .isEqualTo(ErrorCode.IO_FAILED);
        assertThat(code(() -> join(leadership.append(batch(2, leadership.epoch())))))
                .isEqualTo(ErrorCode.IO_FAILED);
        assertThat(replica.highWatermark().offset()).isEqualTo(1);
    }

    @Test
    void aPromiseFromBeforeTheJournalIsTakenOverOnceWhereverACrashComes() throws IOException {
        Promise old = new Promise(7, new UUID(8, 9));
        for (int changes = 0; ; changes++) {
            SimulatedFileStore own = new SimulatedFileStore(changes);
            open(own, FlushMode.BATCH).close();
            new PromiseFile(own, DIRECTORY).write(old);
            own.stopAfter(changes);
            Throwable stopped = Assertions.catchThrowable(() -> open(own, FlushMode.BATCH));
            own.crash();
            PromiseJournal promises = PromiseJournal.open(own, DATA, true, 2048);
            assertThat(ReplicaPromise.open(own, DIRECTORY, promises).stored()).isEqualTo(old);
            assertThat(own.exists(DIRECTORY.resolve("promise"))).isFalse();
            assertThat(promises.stored("p")).isEqualTo(old);
            if (stopped == null) {
                return;
            }
        }
    }

    @Test
    void anOldPromiseNeverReplacesANewerOne() {
        int epoch = lead(open(FlushMode.BATCH)).epoch();
        disk.kill();
        new PromiseFile(disk, DIRECTORY).write(new Promise(epoch, new UUID(8, 9)));
        assertThat(lead(open(FlushMode.BATCH)).epoch()).isEqualTo(epoch + 1);
    }

    @Test
    void aDamagedPromiseIsNotTakenForNone() throws IOException {
        open(FlushMode.BATCH).close();
        new PromiseFile(disk, DIRECTORY).write(new Promise(7, new UUID(8, 9)));
        Path file = DIRECTORY.resolve("promise");
        long size;
        try (StoredFile stored = disk.openForRead(file)) {
            size = stored.size();
        }
        for (long at = 0; at < size; at++) {
            flip(file, at);
            assertThat(code(() -> open(FlushMode.BATCH))).isEqualTo(ErrorCode.CORRUPT_LOG);
            assertThat(disk.exists(file)).isTrue();
            flip(file, at);
        }
        assertThat(lead(open(FlushMode.BATCH)).epoch()).isEqualTo(8);
    }

    private void flip(Path file, long at) throws IOException {
        try (StoredFile stored = disk.openForWrite(file)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            stored.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1)).rewind();
            stored.write(one, at);
        }
    }
}
