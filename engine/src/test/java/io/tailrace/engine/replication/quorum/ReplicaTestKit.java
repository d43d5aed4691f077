package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.Promise;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A replica called a, mostly one of three, that a test steps by hand: it says what comes, and looks at what the step puts out. */
abstract class ReplicaTestKit {
    static final ReplicaId A = new ReplicaId("a", "1");
    static final ReplicaId B = new ReplicaId("b", "1");
    static final ReplicaId C = new ReplicaId("c", "1");
    static final Voters ABC = new Voters(List.of(A, B, C), 0);
    /** Each of the replica's own attempts. */
    static final UUID X = new UUID(1, 1);
    /** Somebody else's. */
    static final UUID Y = new UUID(2, 2);
    /** The number of the replica's start. */
    static final long START = 7;

    static final EpochEnd NOWHERE = new EpochEnd(-1, 0);
    static final LogPosition EMPTY = new LogPosition(-1, 0);

    /** Of the last step. */
    final List<Output> outputs = new ArrayList<>();

    QuorumReplica replica = replica(ABC, Promise.NONE);

    /** One whose log has an entry of that epoch at each offset, created with those voters. */
    static QuorumReplica replica(Voters voters, Promise promise, int... epochsOfOffsets) {
        return replica(QuorumSettings.DEFAULTS, voters, promise, false, epochsOfOffsets);
    }

    static QuorumReplica replica(
            QuorumSettings settings, Voters voters, Promise promise, boolean abstains, int... epochsOfOffsets) {
        LogOutline log = LogOutline.empty();
        for (int epoch : epochsOfOffsets) {
            log.append(epoch, log.end() + 1);
        }
        return new QuorumReplica(
                A,
                settings,
                new QuorumReplica.Recovered(log, VoterHistory.of(voters), promise, 0, START, abstains, Tombstones.NONE),
                () -> Instant.ofEpochMilli(1),
                () -> X);
    }

    void step(Input input) {
        outputs.clear();
        outputs.addAll(replica.step(input));
    }

    void receive(ReplicaId from, Message message) {
        step(new Input.Received(from, message));
    }

    /** Reports what the last step asked of the disk, reads aside, and gathers what that leads to. */
    void diskDoesIt() {
        List<Output> asked = List.copyOf(outputs);
        outputs.clear();
        for (Output output : asked) {
            if (output instanceof Output.Io io && !(io instanceof Output.Read)) {
                outputs.addAll(replica.step(new Input.IoDone(io.id())));
            }
        }
    }

    /** The timer that the last step has set. */
    void fire(TimerKind kind) {
        Output.SetTimer timer = outputs(Output.SetTimer.class).stream()
                .filter(set -> set.kind() == kind)
                .findFirst()
                .orElseThrow();
        step(new Input.TimerFired(timer.kind(), timer.id()));
    }

    <T> List<T> outputs(Class<T> kind) {
        return outputs.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    <T extends Message> List<T> sent(Class<T> kind) {
        return outputs(Output.Send.class).stream()
                .map(Output.Send::message)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** One record. */
    static RecordBatch batch(long offset, int epoch) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
        builder.append(1, null, new byte[] {(byte) offset});
        RecordBatch batch = builder.build();
        ByteBuffer placed = ByteBuffer.allocate(batch.sizeInBytes());
        batch.copyTo(placed, offset, epoch, -1);
        return RecordBatch.at(placed.flip());
    }
}
