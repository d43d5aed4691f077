package io.tailrace.cluster.replication;

import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.LogPosition;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.PreVoteReply;
import io.tailrace.engine.replication.quorum.Message.PreVoteRequest;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import io.tailrace.engine.replication.quorum.Message.SnapshotReply;
import io.tailrace.engine.replication.quorum.Message.SnapshotRequest;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.SnapshotStore;
import io.tailrace.engine.replication.quorum.Voters;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

/** At least one message of each type. New ones go behind those of their type: their golden files are numbered. */
final class MessageFixtures {
    private static final UUID INCARNATION = new UUID(0x0123456789abcdefL, 0xfedcba9876543210L);

    private static final Voters VOTERS =
            new Voters(List.of(new ReplicaId("a", "r1"), new ReplicaId("b", "r2"), new ReplicaId("ü", "r3")), 3);

    static final List<Message> ALL = List.of(
            new PromiseRequest(7, INCARNATION),
            new PromiseReply(7, INCARNATION, true, 7, new LogPosition(6, 1234), 10, 1200, VOTERS),
            new PromiseReply(7, INCARNATION, false, 9, new LogPosition(-1, 0), 0, 0, Voters.NONE),
            new CopyRequest(7, INCARNATION, 1234, -1),
            new CopyReply(7, INCARNATION, 7, Outcome.MATCHED, 40, 6, new EpochEnd(-1, 0), 20, batches(40, 2)),
            new CopyReply(7, INCARNATION, 7, Outcome.DIVERGED, 40, 6, new EpochEnd(5, 39), 0, List.of()),
            new CopyReply(
                    7,
                    INCARNATION,
                    7,
                    Outcome.MATCHED,
                    40,
                    6,
                    new EpochEnd(-1, 0),
                    20,
                    batches(40, 2),
                    new Tombstones(70, 60)),
            append(0),
            append(3),
            new AppendRequest(
                    7, INCARNATION, 99, 1234, 6, batches(1234, 2), 1230, 100, 900, 5, new Tombstones(700, 600), 650),
            new AppendRequest(7, INCARNATION, 99, 1234, 6, List.of(), 1230, 100, 900, 5, Tombstones.NONE, 650),
            new AppendReply(7, 7, Outcome.MATCHED, 99, new EpochEnd(-1, 0), 1240, 1236, 800, 5),
            new AppendReply(7, 8, Outcome.REFUSED, 99, new EpochEnd(-1, 0), 0, 0, 0, Message.NO_START),
            new AppendReply(7, 7, Outcome.MATCHED, 99, new EpochEnd(-1, 0), 1240, 1236, 800, 5, 650),
            new PreVoteRequest(7, INCARNATION),
            new PreVoteReply(7, INCARNATION, 8, new ReplicaId("b", "r2"), 8, new LogPosition(6, 1234), VOTERS),
            new PreVoteReply(7, INCARNATION, 7, null, 6, new LogPosition(-1, 0), Voters.NONE),
            new SnapshotRequest(7, INCARNATION, -1, 0),
            new SnapshotReply(
                    7,
                    INCARNATION,
                    7,
                    Outcome.MATCHED,
                    new LogPlace(500, 5, 77),
                    VOTERS,
                    3,
                    new SnapshotStore.Part(800, 1000, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}))),
            new SnapshotReply(
                    7, INCARNATION, 8, Outcome.REFUSED, LogPlace.ZERO, Voters.NONE, 0, SnapshotStore.Part.NONE));

    private MessageFixtures() {}

    static AppendRequest append(int batches) {
        return new AppendRequest(7, INCARNATION, 99, 1234, 6, batches(1234, batches), 1230, 100, 900, 5);
    }

    private static List<RecordBatch> batches(long offset, int count) {
        return LongStream.range(offset, offset + count)
                .mapToObj(at -> ControlRecords.barrier(at, 7, 1_700_000_000_000L))
                .toList();
    }
}
