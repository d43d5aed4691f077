package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.SnapshotReply;
import io.tailrace.engine.replication.quorum.Message.SnapshotRequest;
import io.tailrace.engine.replication.quorum.SnapshotStore.Part;
import java.util.HashMap;
import java.util.Map;

/**
 * What this replica has by way of snapshots: up to where its newest one reaches, whether a later one is wanted, and how the newest
 * gets to a replica whose log has to begin anew (rule 16).
 */
final class Snapshots {
    /** Who asks again has given up on what it asked before; more than so many do not ask at once. */
    private static final int MAX_READS = 16;

    private static final long NONE = -1;

    private final QuorumReplica replica;
    private final Voting voting;
    private final Map<Long, Asked> reading = new HashMap<>();
    private long offset;
    /** The snapshot that a reset under way brings. */
    private long comingWith = NONE;

    private long comingOffset;
    private long comingStart;

    private record Asked(ReplicaId from, SnapshotRequest request) {}

    Snapshots(QuorumReplica replica, Voting voting) {
        this.replica = replica;
        this.voting = voting;
    }

    /** What the newest on the disk is as of, or 0. */
    long offset() {
        return offset;
    }

    void stored(long asOf) {
        offset = Math.max(offset, asOf);
    }

    /** Says so if there should be a later one. It can only be made below the high watermark. */
    void want(long asOf) {
        if (asOf > offset && asOf <= replica.highWatermark()) {
            replica.out().decide(new Output.SnapshotWanted(asOf));
        }
    }

    /** A reset to that place brings one with it, which counts when that is done. */
    void comesWith(long resetId, long place, long asOf) {
        comingWith = resetId;
        comingStart = place;
        comingOffset = asOf;
    }

    /** If that was the reset, it is done. */
    void resetDone(long id) {
        if (id == comingWith) {
            comingWith = NONE;
            stored(comingOffset);
            replica.log().outline().startMoved(comingStart);
        }
    }

    // --- serving -----------------------------------------------------------------------------------------------------

    void request(ReplicaId from, SnapshotRequest request) {
        if (!voting.isPromisedTo(request)) {
            replica.out().send(from, reply(request, Outcome.REFUSED, Part.NONE));
            return;
        }
        reading.values().removeIf(asked -> asked.from.equals(from));
        if (reading.size() < MAX_READS) {
            int maxBytes = replica.settings().maxAppendBytes();
            long id = replica.out()
                    .io(read -> new Output.ReadSnapshot(read, request.offset(), request.position(), maxBytes));
            reading.put(id, new Asked(from, request));
        }
    }

    /** Who has been promised more meanwhile serves nobody; who has none that will do has one made, and is asked again. */
    void read(long id, Part part) {
        Asked asked = reading.remove(id);
        if (asked == null) {
            return;
        }
        if (!voting.isPromisedTo(asked.request)) {
            replica.out().send(asked.from, reply(asked.request, Outcome.REFUSED, Part.NONE));
            return;
        }
        long base = replica.log().outline().base().offset();
        boolean newest = asked.request.offset() == SnapshotRequest.NEWEST;
        if (replica.rules().maySendSnapshot(part.offset(), base)) {
            replica.out().send(asked.from, reply(asked.request, Outcome.MATCHED, part));
        } else if (newest) {
            want(base);
        } else {
            // It is gone, or the log begins behind it by now: from the newest on.
            replica.out().send(asked.from, reply(asked.request, Outcome.MATCHED, Part.NONE));
        }
    }

    private SnapshotReply reply(SnapshotRequest request, Outcome outcome, Part part) {
        LogPlace base = replica.log().outline().base();
        return new SnapshotReply(
                request.epoch(),
                request.incarnation(),
                voting.promise().epoch(),
                outcome,
                base,
                replica.log().voters().at(base.offset()),
                request.position(),
                part);
    }
}
