package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.replication.quorum.Message.SnapshotReply;
import io.tailrace.engine.replication.quorum.Message.SnapshotRequest;
import io.tailrace.engine.replication.quorum.SnapshotStore.Part;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Gathers a snapshot that another replica sends, one part after the other, each asked for. In memory until it is complete. */
final class SnapshotCopy {
    private final QuorumReplica replica;
    private final ReplicaId source;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long offset = SnapshotRequest.NEWEST;
    /** Where the source's log was known to begin when this one had nothing in common with it; what says less comes late. */
    private long sourceStart;

    SnapshotCopy(QuorumReplica replica, ReplicaId source) {
        this.replica = replica;
        this.source = source;
    }

    void sourceBeginsAt(long logStart) {
        sourceStart = Math.max(sourceStart, logStart);
    }

    /** Asks for what is lacking; an answer that has been lost is asked for again. */
    void ask(int epoch, UUID incarnation) {
        replica.out().send(source, new SnapshotRequest(epoch, incarnation, offset, bytes.size()));
    }

    /**
     * Takes a part.
     *
     * @return whether there is anything new, so that more is to be asked for
     */
    boolean take(SnapshotReply reply) {
        Part part = reply.part();
        if (reply.place().offset() < sourceStart) {
            return false;
        }
        if (part.offset() < 0) {
            boolean gone = offset != SnapshotRequest.NEWEST && reply.position() == bytes.size();
            startAgain();
            return gone;
        }
        if (reply.position() != bytes.size() || (offset != SnapshotRequest.NEWEST && part.offset() != offset)) {
            return false;
        }
        if (part.totalBytes() > replica.settings().maxSnapshotBytes()) {
            replica.out().decide(new Output.Ignored(source, "a snapshot of " + part.totalBytes() + " bytes"));
            return false;
        }
        offset = part.offset();
        byte[] fresh = new byte[part.bytes().remaining()];
        part.bytes().duplicate().get(fresh);
        bytes.writeBytes(fresh);
        return fresh.length > 0;
    }

    private void startAgain() {
        offset = SnapshotRequest.NEWEST;
        bytes.reset();
    }

    /** Whether that part was the last. */
    boolean isComplete(SnapshotReply reply) {
        return offset == reply.part().offset()
                && bytes.size() == reply.part().totalBytes()
                && replica.rules().maySendSnapshot(offset, reply.place().offset());
    }

    long offset() {
        return offset;
    }

    ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes.toByteArray()).asReadOnlyBuffer();
    }
}
