package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.Replicas;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the replicas of a node need now and then, whoever leads. Those that nobody leads through here, a partition's actor being
 * elsewhere: their recovery point written down, a snapshot now and then, files below the log's start deleted. To be run about once a
 * second; blocking, one run at a time.
 */
public final class ReplicaUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaUpkeep.class);

    private final Replicas replicas;
    private final long snapshotBytes;
    private final Map<Replica, Seen> seen = new HashMap<>();
    private final Map<Replica, ErrorCode> failing = new HashMap<>();

    /** How one replica was found at the last look. */
    private static final class Seen {
        private long highWatermark = -1;
        private long start;
        private long bytes;

        Seen(Replica replica) {
            this.start = replica.startOffset();
        }
    }

    /**
     * Over the replicas of a process.
     *
     * @param snapshotBytes of log between two snapshots of a replica that does not lead
     */
    public ReplicaUpkeep(Replicas replicas, long snapshotBytes) {
        this.replicas = replicas;
        this.snapshotBytes = snapshotBytes;
    }

    /** One round. What fails is said in the log file and tried again. */
    public void run() {
        var open = replicas.opened();
        // A set, since thousands are looked up in it.
        Set<Replica> present = Set.copyOf(open);
        seen.keySet().retainAll(present);
        failing.keySet().retainAll(present);
        for (Replica replica : open) {
            if (!replica.isSoleVoter() && !replica.isLeading()) {
                quietly(replica, () -> follow(replica));
            }
        }
    }

    private void follow(Replica replica) {
        Seen before = seen.computeIfAbsent(replica, Seen::new);
        long highWatermark = replica.highWatermark().offset();
        if (highWatermark != before.highWatermark) {
            replica.checkpoint();
            before.highWatermark = highWatermark;
        }
        if (replica.appendedBytes() - before.bytes >= snapshotBytes) {
            replica.makeSnapshot();
            before.bytes = replica.appendedBytes();
        }
        if (replica.startOffset() > before.start) {
            long start = replica.startOffset();
            replica.deleteSegmentsBelowStart();
            before.start = start;
        }
    }

    /** Says of a replica once what fails again and again: a full disk would be told of every second by thousands. */
    private void quietly(Replica replica, Runnable work) {
        try {
            work.run();
            failing.remove(replica);
        } catch (TailraceException e) {
            if (e.code() != ErrorCode.CLOSED && failing.put(replica, e.code()) != e.code()) {
                LOG.warn("Replica {}: its upkeep failed, and is tried again: {}", replica.directory(), e.getMessage());
            }
        }
    }
}
