package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.Replicas;
import io.tailrace.engine.replication.quorum.Scrub;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the replicas of a node need now and then, whoever leads. Those that nobody leads through here, a partition's actor being
 * elsewhere: their recovery point written down, a snapshot now and then, files below the log's start deleted. And all of them, one
 * after the other: a look for bits that have flipped (log-safety rule 13). To be run about once a second; blocking, one run at a time.
 */
public final class ReplicaUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaUpkeep.class);
    private static final int SCRUB_STEP_BYTES = 1 << 20;

    private final Replicas replicas;
    private final long snapshotBytes;
    private final int scrubSteps;
    private final Map<Replica, Seen> seen = new HashMap<>();
    private final Map<Replica, ErrorCode> failing = new HashMap<>();
    private final Queue<Replica> toScrub = new ArrayDeque<>();
    private @Nullable Replica scrubbed;
    private @Nullable Scrub scrub;

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
     * @param scrubBytes about how many bytes one run looks through for damage
     */
    public ReplicaUpkeep(Replicas replicas, long snapshotBytes, long scrubBytes) {
        this.replicas = replicas;
        this.snapshotBytes = snapshotBytes;
        this.scrubSteps = (int) Math.max(1, scrubBytes / SCRUB_STEP_BYTES);
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
        for (int step = 0; step < scrubSteps && scrubStep(open); step++) {
            // Until this round's share is done.
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

    // --- scrubbing -----------------------------------------------------------------------------------------------

    /** Whether there may be more to look at in this round. */
    private boolean scrubStep(Iterable<Replica> open) {
        Replica replica = scrubbed;
        if (replica == null && !nextToScrub(open)) {
            return false;
        }
        replica = scrubbed;
        Scrub looking = scrub;
        if (replica == null || looking == null) {
            return false;
        }
        try {
            replica.ensureOpen();
            if (looking.step(SCRUB_STEP_BYTES) > 0) {
                return true;
            }
        } catch (TailraceException e) {
            damaged(replica, looking.offset(), e);
        }
        looking.close();
        scrubbed = null;
        scrub = null;
        return !toScrub.isEmpty();
    }

    private boolean nextToScrub(Iterable<Replica> open) {
        if (toScrub.isEmpty()) {
            open.forEach(toScrub::add);
        }
        scrubbed = toScrub.poll();
        scrub = scrubbed == null ? null : scrubbed.newScrub();
        return scrubbed != null;
    }

    private static void damaged(Replica replica, long offset, TailraceException what) {
        if (what.code() != ErrorCode.CORRUPT_LOG) {
            return; // It has been closed or deleted meanwhile.
        }
        LOG.error(
                "Replica {} is damaged at offset {} or behind it: {}", replica.directory(), offset, what.getMessage());
        replica.damaged(what, offset);
    }
}
