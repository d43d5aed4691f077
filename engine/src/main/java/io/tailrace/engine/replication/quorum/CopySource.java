package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves the own log to the nominee that it has been promised to, and to nobody else (rule 4). */
final class CopySource {
    private final QuorumReplica replica;
    private final Voting voting;
    /** The one read under way; who asks again has given up on it. */
    private @Nullable Copy reading;

    private record Copy(long readId, ReplicaId nominee, CopyRequest request) {}

    CopySource(QuorumReplica replica, Voting voting) {
        this.replica = replica;
        this.voting = voting;
    }

    void request(ReplicaId from, CopyRequest request) {
        LogOutline outline = replica.log().outline();
        if (!voting.isPromisedTo(request) || !replica.abstention().mayVote()) {
            replica.out().send(from, reply(request, Outcome.REFUSED, List.of(), Tombstones.NONE));
        } else if (!outline.matches(request.offset(), request.previousEpoch())) {
            replica.out().send(from, reply(request, Outcome.DIVERGED, List.of(), Tombstones.NONE));
        } else {
            long end = outline.end();
            int maxBytes = replica.settings().maxAppendBytes();
            long readId = replica.out().io(id -> new Output.Read(id, request.offset(), end, maxBytes));
            reading = new Copy(readId, from, request);
        }
    }

    /** Whether the read was for this; another may have been promised more meanwhile. */
    boolean readDone(long id, List<RecordBatch> batches, Tombstones tombstones) {
        Copy copy = reading;
        if (copy == null || copy.readId != id) {
            return false;
        }
        reading = null;
        boolean serves = voting.isPromisedTo(copy.request);
        replica.out()
                .send(
                        copy.nominee,
                        serves
                                ? reply(copy.request, Outcome.MATCHED, batches, tombstones)
                                : reply(copy.request, Outcome.REFUSED, List.of(), Tombstones.NONE));
        return true;
    }

    private CopyReply reply(CopyRequest request, Outcome outcome, List<RecordBatch> batches, Tombstones tombstones) {
        return new CopyReply(
                request.epoch(),
                request.incarnation(),
                voting.promise().epoch(),
                outcome,
                request.offset(),
                request.previousEpoch(),
                replica.log().outline().divergence(request.offset(), request.previousEpoch()),
                replica.log().outline().base().offset(),
                batches,
                tombstones);
    }
}
