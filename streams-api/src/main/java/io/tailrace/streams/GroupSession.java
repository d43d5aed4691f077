package io.tailrace.streams;

import io.tailrace.cluster.group.GroupMembership;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;

/**
 * One consumer's membership as those see it who commit what the consumer has emitted, in whatever stream they are. Safe for use by many
 * threads.
 */
final class GroupSession {
    /** Somebody who collects offsets and commits them. */
    interface Committing {
        /** A partition is to be given back: what has been collected is to be committed now. Does not block. */
        void commitNow();
    }

    private final GroupMembership membership;
    private final boolean commits;
    private final Runnable onChange;
    private final Duration minRetryBackoff;
    private final Duration maxRetryBackoff;
    private final Set<Committing> committers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicLong asked = new AtomicLong();
    private volatile boolean everCommitted;
    private volatile boolean over;

    /** Of that membership; {@code onChange} is called from any thread when perhaps less is in flight than before. */
    GroupSession(GroupMembership membership, ConsumerSettings<?, ?> settings, boolean commits, Runnable onChange) {
        this.membership = membership;
        this.commits = commits;
        this.onChange = onChange;
        this.minRetryBackoff = settings.minRetryBackoff();
        this.maxRetryBackoff = settings.maxRetryBackoff();
    }

    GroupMembership membership() {
        return membership;
    }

    /** Whether the consumer's offsets are ever committed by its group. */
    boolean commits() {
        return commits;
    }

    /** That one will commit some of what was emitted. */
    void register(Committing committer) {
        everCommitted = true;
        committers.add(committer);
    }

    /** That one commits nothing any more, and everything that it did commit is answered. */
    void deregister(Committing committer) {
        committers.remove(committer);
        changed();
    }

    /** Nobody collects offsets any more, and all commits are answered. */
    boolean isIdle() {
        return committers.isEmpty() && unanswered.get() == 0;
    }

    /** Whether there has ever been somebody who collects offsets. */
    boolean hasEverCommitted() {
        return everCommitted;
    }

    /** How many times somebody has wanted to commit. */
    long asked() {
        return asked.get();
    }

    /** A partition is to be given back, or all. */
    void commitNow() {
        committers.forEach(Committing::commitNow);
    }

    /** The membership is over, or about to be. */
    void end() {
        over = true;
        committers.clear();
    }

    boolean isOver() {
        return over;
    }

    /** Perhaps less is in flight than before. */
    void changed() {
        onChange.run();
    }

    RetryBackoff newBackoff() {
        return RetryBackoff.create(minRetryBackoff, maxRetryBackoff);
    }

    /**
     * Commits one offset of each of some partitions. Partitions that were lost meanwhile are left out: their records are somebody else's.
     * Fails as {@link GroupMembership#commit} does, but neither with STALE_COMMIT nor with an error that can be retried.
     */
    CompletionStage<Done> commit(List<EmittedOffset> offsets) {
        asked.incrementAndGet();
        unanswered.incrementAndGet();
        CompletableFuture<Done> answer = new CompletableFuture<>();
        new PendingCommit(this, offsets, answer).send();
        return answer.whenComplete((done, failure) -> {
            if (unanswered.decrementAndGet() == 0 && committers.isEmpty()) {
                changed();
            }
        });
    }
}
