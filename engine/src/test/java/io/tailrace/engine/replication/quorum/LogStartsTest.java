package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The move of the log's start: by a committed entry, on the disk, never back. */
class LogStartsTest {
    private static final ReplicaId A = new ReplicaId("a", "1");
    private static final ReplicaId B = new ReplicaId("b", "1");
    private static final ReplicaId C = new ReplicaId("c", "1");
    private static final Path DIRECTORY = Path.of("/replica");
    private static final UUID X = new UUID(1, 1);

    private final SimulatedFileStore files = new SimulatedFileStore(1);
    private final List<Output> outputs = new ArrayList<>();
    private ReplicaDisk disk;
    private QuorumReplica replica;
    /** I/O that is not performed, but kept. */
    private Predicate<Output.Io> held = io -> false;

    private final Deque<Output.Io> waiting = new ArrayDeque<>();

    private void open(long checkpoint, ReplicaId... voters) {
        if (!ReplicaFile.exists(files, DIRECTORY)) {
            ReplicaFile.create(files, DIRECTORY, A, new Voters(List.of(voters), 0));
        }
        disk = ReplicaDisk.open(
                files,
                DIRECTORY,
                PromiseJournal.open(files, Path.of("/data"), true),
                LogSettings.DEFAULTS,
                () -> Instant.ofEpochMilli(1));
        disk.checkpoint(checkpoint);
        replica = new QuorumReplica(
                A, QuorumSettings.DEFAULTS, disk.recovered(), () -> Instant.ofEpochMilli(1), UUID::randomUUID);
    }

    /** Opens it as the only voter, leading, with so many batches of one record. */
    private void leadAlone(int batches) {
        open(0, A);
        step(new Input.Nominated());
        for (int i = 0; i < batches; i++) {
            step(new Input.Append(i, replica.promisedEpoch(), List.of(placed(replica.endOffset()))));
        }
        assertThat(replica.highWatermark()).isEqualTo(replica.endOffset());
        outputs.clear();
    }

    private PlacedBatch placed(long offset) {
        return new PlacedBatch(
                ReplicaTestKit.batch(offset, replica.promisedEpoch()), offset, replica.promisedEpoch(), -1);
    }

    /** Steps, and lets the disk do what it is asked for, and so on. */
    private void step(Input input) {
        for (Output output : replica.step(input)) {
            outputs.add(output);
            if (output instanceof Output.Io io) {
                waiting.add(io);
            }
        }
        perform();
    }

    private void perform() {
        for (int i = waiting.size(); i > 0 && !waiting.isEmpty(); i--) {
            Output.Io io = waiting.remove();
            if (held.test(io)) {
                waiting.add(io);
            } else {
                step(disk.perform(io));
            }
        }
    }

    private List<Output.Decision> answers() {
        List<Output.Decision> answers = new ArrayList<>();
        for (Output output : outputs) {
            if (output instanceof Output.StartMoved
                    || output instanceof Output.StartRefused
                    || output instanceof Output.StartUnknown) {
                answers.add((Output.Decision) output);
            }
        }
        outputs.clear();
        return answers;
    }

    @Test
    void theStartMovesUpToTheHighWatermarkAndNeverBack() {
        leadAlone(5);
        step(new Input.MoveStart(1, 6));
        assertThat(answers()).containsExactly(new Output.StartRefused(1, ErrorCode.OFFSET_OUT_OF_RANGE));
        step(new Input.MoveStart(2, -1));
        assertThat(answers()).containsExactly(new Output.StartRefused(2, ErrorCode.INVALID_ARGUMENT));
        step(new Input.MoveStart(3, 4));
        assertThat(answers()).containsExactly(new Output.StartMoved(3, 4));
        assertThat(replica.startOffset()).isEqualTo(4);
        assertThat(disk.log().startOffset()).isEqualTo(4);
        assertThat(replica.endOffset()).isEqualTo(6);
        step(new Input.MoveStart(4, 2));
        assertThat(answers()).containsExactly(new Output.StartMoved(4, 4));
        assertThat(replica.endOffset()).isEqualTo(6);
    }

    @Test
    void everythingGoesAndTheEntryStandsInASegmentOfItsOwn() throws Exception {
        leadAlone(5);
        step(new Input.MoveStart(1, 5));
        assertThat(answers()).containsExactly(new Output.StartMoved(1, 5));
        assertThat(disk.log().deleteSegmentsBelow(Long.MAX_VALUE)).isPositive();
        assertThat(files.list(DIRECTORY))
                .contains("00000000000000000005.log")
                .doesNotContain("00000000000000000000.log");
    }

    @Test
    void theStartSurvivesARestartAndTheLastEpochWithIt() {
        leadAlone(5);
        step(new Input.MoveStart(1, 5));
        disk.log().deleteSegmentsBelow(Long.MAX_VALUE);
        files.crash();
        open(0, A);
        assertThat(replica.startOffset()).isEqualTo(5);
        assertThat(disk.recovered().log().epochBefore(5)).isEqualTo(1);
    }

    @Test
    void aStartThatWasAnnouncedMovesBeforeTheNextLeaderServes() {
        leadAlone(5);
        held = Output.AdvanceStart.class::isInstance;
        step(new Input.MoveStart(1, 3));
        assertThat(answers()).isEmpty();
        waiting.clear();
        files.crash();
        open(0, A);
        step(new Input.Nominated());
        assertThat(replica.isLeading()).isFalse();
        held = io -> false;
        perform();
        assertThat(replica.isLeading()).isTrue();
        assertThat(replica.startOffset()).isEqualTo(3);
    }

    @Test
    void aStartThatFindsNoRoomHasNotMovedAndIsNotSaidAgain() {
        leadAlone(5);
        held = Output.AdvanceStart.class::isInstance;
        step(new Input.MoveStart(1, 3));
        Output.Io move = waiting.remove();
        step(new Input.NoRoom(move.id()));
        assertThat(answers()).containsExactly(new Output.StartRefused(1, ErrorCode.DISK_FULL));
        assertThat(replica.startOffset()).isZero();
        long end = replica.endOffset();
        held = io -> false;
        step(new Input.MoveStart(2, 3));
        assertThat(answers()).containsExactly(new Output.StartMoved(2, 3));
        assertThat(replica.endOffset()).isEqualTo(end);
    }

    /** It has nobody to send heartbeats to, and nobody may ask again. */
    @Test
    void aSoleVoterWhoseStartFoundNoRoomTriesAgainByItself() {
        leadAlone(5);
        held = Output.AdvanceStart.class::isInstance;
        step(new Input.MoveStart(1, 3));
        step(new Input.NoRoom(waiting.remove().id()));
        held = io -> false;
        Output.SetTimer heartbeat = outputs.stream()
                .filter(Output.SetTimer.class::isInstance)
                .map(Output.SetTimer.class::cast)
                .filter(timer -> timer.kind() == TimerKind.HEARTBEAT)
                .findFirst()
                .orElseThrow();
        step(new Input.TimerFired(heartbeat.kind(), heartbeat.id()));
        assertThat(replica.startOffset()).isEqualTo(3);
    }

    @Test
    void oneMoveAtATimeAndNobodyButALeaderMakesIt() {
        leadAlone(5);
        held = Output.Flush.class::isInstance;
        step(new Input.MoveStart(1, 3));
        step(new Input.MoveStart(2, 4));
        assertThat(answers()).containsExactly(new Output.StartRefused(2, ErrorCode.PARTITION_BUSY));
        step(new Input.Received(A, new Message.PromiseRequest(9, X)));
        step(new Input.IoFailed(77, "gone"));
        assertThat(answers()).containsExactly(new Output.StartUnknown(1));
        open(0, A);
        step(new Input.MoveStart(3, 1));
        assertThat(answers()).containsExactly(new Output.StartRefused(3, ErrorCode.FENCED));
    }

    @Test
    void aFollowerMovesItsStartWhenItsOwnHighWatermarkHasPassedTheEntry() {
        open(0, A, B, C);
        RecordBatch entry = ControlRecords.logStart(2, 1, 1, 2);
        step(new Input.Received(B, append(0, -1, 0, ReplicaTestKit.batch(0, 1), ReplicaTestKit.batch(1, 1), entry)));
        assertThat(replica.endOffset()).isEqualTo(3);
        assertThat(replica.startOffset()).isZero();
        step(new Input.Received(B, append(3, 1, 2)));
        assertThat(replica.startOffset()).isZero();
        step(new Input.Received(B, append(3, 1, 3)));
        assertThat(replica.startOffset()).isEqualTo(2);
        assertThat(disk.log().deleteSegmentsBelow(Long.MAX_VALUE)).isPositive();
    }

    @Test
    void anEntryThatIsCutOffAgainMovesNothing() {
        open(0, A, B, C);
        step(new Input.Received(B, append(0, -1, 0, ReplicaTestKit.batch(0, 1), ControlRecords.logStart(1, 1, 1, 1))));
        RecordBatch other = ReplicaTestKit.batch(1, 2);
        step(new Input.Received(C, new AppendRequest(2, new UUID(3, 3), 0, 1, 1, List.of(other), 2, 0, 0, 0)));
        assertThat(replica.highWatermark()).isEqualTo(2);
        assertThat(replica.startOffset()).isZero();
    }

    @Test
    void whatWasCommittedWhenItStoppedMovesTheStartWhenItIsOpened() {
        open(0, A, B, C);
        held = Output.AdvanceStart.class::isInstance;
        step(new Input.Received(B, append(0, -1, 2, ReplicaTestKit.batch(0, 1), ControlRecords.logStart(1, 1, 1, 1))));
        assertThat(replica.highWatermark()).isEqualTo(2);
        waiting.clear();
        files.crash();
        held = io -> false;
        open(2, A, B, C);
        step(new Input.TimerFired(TimerKind.HEARTBEAT, 0));
        assertThat(replica.startOffset()).isEqualTo(1);
    }

    private static AppendRequest append(long offset, int previousEpoch, long highWatermark, RecordBatch... batches) {
        return new AppendRequest(1, X, 0, offset, previousEpoch, List.of(batches), highWatermark, 0, 0, 0);
    }

    @Test
    void aMoveBeyondItsOwnEntryIsNotTaken() {
        open(0, A, B, C);
        RecordBatch entry = ControlRecords.logStart(5, 1, 1, 5);
        ByteBuffer moved = ByteBuffer.allocate(entry.sizeInBytes());
        entry.copyTo(moved, 0, 1, -1);
        step(new Input.Received(B, append(0, -1, 0, RecordBatch.at(moved.flip()))));
        assertThat(outputs).anyMatch(Output.Ignored.class::isInstance);
        assertThat(replica.endOffset()).isZero();
    }

    // --- a log that begins anew --------------------------------------------------------------------------------------

    private static final LogPlace PLACE = new LogPlace(7, 1, 5);

    private static Message.SnapshotReply part(long place, int position, String bytes) {
        Voters voters = new Voters(List.of(A, B, C), 0);
        SnapshotStore.Part part = new SnapshotStore.Part(9, 4, ByteBuffer.wrap(bytes.getBytes(StandardCharsets.UTF_8)));
        return new Message.SnapshotReply(
                1, X, 1, Message.Outcome.MATCHED, new LogPlace(place, 1, place - 2), voters, position, part);
    }

    private void heartbeatOfALogThatBegins(long start) {
        step(new Input.Received(B, new AppendRequest(1, X, 0, start, 1, List.of(), 9, start, 0, 0)));
    }

    private <T extends Message> List<T> sent(Class<T> kind) {
        return outputs.stream()
                .filter(Output.Send.class::isInstance)
                .map(output -> ((Output.Send) output).message())
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    @Test
    void whoHasNothingOfWhatTheLeaderStillHasBeginsAnewAndAcknowledgesItWhenItIsOnTheDisk() {
        open(0, A, B, C);
        List<ByteBuffer> stored = new ArrayList<>();
        disk.snapshots(new SnapshotStore() {
            @Override
            public Part read(long offset, int position, int maxBytes) {
                return Part.NONE;
            }

            @Override
            public void store(long offset, ByteBuffer bytes) {
                stored.add(bytes);
            }
        });
        step(new Input.Received(B, append(0, -1, 1, ReplicaTestKit.batch(0, 1), ReplicaTestKit.batch(1, 1))));
        held = io -> io instanceof Output.Reset || io instanceof Output.Flush;
        heartbeatOfALogThatBegins(7);
        assertThat(sent(Message.SnapshotRequest.class))
                .containsExactly(new Message.SnapshotRequest(1, X, Message.SnapshotRequest.NEWEST, 0));
        step(new Input.Received(B, part(7, 0, "ab")));
        step(new Input.Received(B, part(7, 0, "ab")));
        assertThat(sent(Message.SnapshotRequest.class)).contains(new Message.SnapshotRequest(1, X, 9, 2));
        outputs.clear();
        step(new Input.Received(B, part(7, 2, "cd")));
        assertThat(sent(Message.AppendReply.class)).isEmpty();
        assertThat(replica.startOffset()).isZero();
        held = io -> false;
        perform();
        step(new Input.Received(B, append(7, 1, 9)));
        assertThat(stored).singleElement().isEqualTo(ByteBuffer.wrap("abcd".getBytes(StandardCharsets.UTF_8)));
        assertThat(disk.log().placeAt(7)).isEqualTo(PLACE);
        assertThat(replica.startOffset()).isEqualTo(7);
        assertThat(replica.highWatermark()).isEqualTo(7);
        assertThat(sent(Message.AppendReply.class))
                .anyMatch(reply -> reply.fsyncedOffset() == 7 && reply.snapshotOffset() == 9);
    }

    @Test
    void whatIsSaidOfAnEarlierStartComesLate() {
        open(0, A, B, C);
        step(new Input.Received(
                B,
                append(0, -1, 2, ReplicaTestKit.batch(0, 1), ReplicaTestKit.batch(1, 1), ReplicaTestKit.batch(2, 1))));
        heartbeatOfALogThatBegins(7);
        outputs.clear();
        step(new Input.Received(B, part(2, 0, "abcd")));
        assertThat(outputs).isEmpty();
        assertThat(replica.roleName()).isEqualTo("Follower");
        assertThat(replica.endOffset()).isEqualTo(3);
    }
}
