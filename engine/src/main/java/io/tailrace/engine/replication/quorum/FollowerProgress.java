package io.tailrace.engine.replication.quorum;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a leader knows of one follower. While it probes it sends no batches, until an entry is found that both logs have; then
 * it sends ahead of the answers, so many messages at most.
 */
final class FollowerProgress {
    static final long NO_READ = -1;

    final ReplicaId id;
    boolean probing = true;
    /** The next offset to send. */
    long next;
    /** The follower's log is the leader's up to here, unless it has crashed since. */
    long matched;
    /** It has so much on its disk, as long as it is not started again. */
    long fsynced;
    /** The newest of its starts that has answered. */
    long start = Message.NO_START;
    /** The newest round that it has answered. */
    long round;
    /** Whether it has answered since the last look. */
    boolean heard;
    /** The read under way for it, and from where. */
    long readId = NO_READ;

    long readFrom;
    /** Where the appends end that it has not got onto its disk: so a slow one is not buried under what it cannot write. */
    final Deque<Long> inFlight = new ArrayDeque<>();

    private long matchedAtHeartbeat;

    FollowerProgress(ReplicaId id, long next) {
        this.id = id;
        this.next = next;
    }

    /**
     * The entry before that offset is the next to be compared.
     *
     * @return whether that is news: an answer that came twice must not be asked about twice, or probes breed
     */
    boolean probeAt(long offset) {
        boolean news = !probing || next != offset;
        probing = true;
        next = offset;
        matched = Math.min(matched, offset);
        inFlight.clear();
        return news;
    }

    /** It has been started again: what it has now has to be found out. */
    void startedAgain() {
        probing = true;
        matched = 0;
        fsynced = 0;
        inFlight.clear();
    }

    void matched(long offset, long onDisk) {
        fsynced = Math.max(fsynced, onDisk);
        matched = Math.max(matched, offset);
        if (matched >= next) {
            probing = false;
            next = matched;
        }
        while (!inFlight.isEmpty() && inFlight.element() <= fsynced) {
            inFlight.remove();
        }
    }

    /** If nothing has come of what was sent since the last time, it is taken for lost. A slow disk is not a lost message. */
    void heartbeat() {
        if (matched < next && matched == matchedAtHeartbeat) {
            probeAt(matched);
        }
        matchedAtHeartbeat = matched;
    }
}
