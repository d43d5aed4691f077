package io.tailrace.engine.replication.quorum;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a leader knows of one follower. While it probes it sends no batches, until an entry is found that both logs have; then
 * it sends ahead of the answers, so many messages at most.
 */
final class FollowerProgress {
    static final long NO_READ = -1;
    /** One may begin just after something was sent. */
    private static final int LEAST_PATIENCE = 2;

    private static final int MOST_PATIENCE = 64;
    /** After so many heartbeats without an answer it is as good as down. */
    private static final int SILENT_HEARTBEATS = 10;

    final ReplicaId id;
    boolean probing = true;
    /** The next offset to send. */
    long next;
    /** The follower's log is the leader's up to here, unless it has crashed since. */
    long matched;
    /** It has so much on its disk, as long as it is not started again. */
    long fsynced;
    /** What its newest snapshot is as of. */
    long snapshot;
    /** No record is left in its log that a tombstone below this covers. */
    long settled;
    /** The newest of its starts that has answered. */
    long start = Message.NO_START;
    /** The newest round that it has answered. */
    long round;
    /** Whether it has answered since the last look. */
    boolean heard;
    /** Whether it had at that look. */
    private boolean wasHeard;
    /** The read under way for it, and from where. */
    long readId = NO_READ;

    long readFrom;
    /** Where the appends end that it has not got onto its disk: so a slow one is not buried under what it cannot write. */
    final Deque<Long> inFlight = new ArrayDeque<>();

    private int unanswered;
    private long matchedAtHeartbeat;
    /** How many heartbeats have come while something was on its way, since anything of it has matched. */
    private int waited;
    /** How many more are waited for each time. */
    private int patience = LEAST_PATIENCE;
    /** With that many what is on its way is taken for lost. */
    private int lostAt = LEAST_PATIENCE;

    FollowerProgress(ReplicaId id, long next) {
        this.id = id;
        this.next = next;
    }

    /** A look: it has to answer anew. */
    void looked() {
        wasHeard = heard;
        heard = false;
    }

    /** Whether it has been heard lately. */
    boolean isLive() {
        return heard || wasHeard;
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
        settled = 0;
        inFlight.clear();
        waitFor(LEAST_PATIENCE);
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

    /** It has answered. */
    void heard() {
        heard = true;
        unanswered = 0;
    }

    /** Whether it has not answered for a while, so that saying things again sooner would be of no use. */
    boolean isSilent() {
        return unanswered >= SILENT_HEARTBEATS;
    }

    /** Whether it has everything up to that offset on its disk, and nothing is on its way. */
    boolean hasAll(long end) {
        return !probing && matched == end && fsynced >= end && inFlight.isEmpty() && readId == NO_READ;
    }

    /**
     * If nothing comes of what was sent for too long, it is taken for lost. A slow disk is not a lost message, nor is a slow link: too
     * long is twice what it took the last time, and twice as long each time until something comes.
     */
    void heartbeat() {
        unanswered = Math.min(unanswered + 1, SILENT_HEARTBEATS);
        if (matched > matchedAtHeartbeat) {
            waitFor(2 * waited);
        } else if (matched < next && ++waited >= lostAt) {
            probeAt(matched);
            patience = Math.min(2 * patience, MOST_PATIENCE);
            lostAt = waited + patience;
        }
        matchedAtHeartbeat = matched;
    }

    private void waitFor(int heartbeats) {
        waited = 0;
        patience = Math.max(LEAST_PATIENCE, Math.min(heartbeats, MOST_PATIENCE));
        lostAt = patience;
    }
}
