package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The application's hand on a {@link MemberActor}: bounds what waits there, and sees that every call is answered. */
final class Membership implements GroupMembership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private final String memberId;
    private final GroupListener listener;
    private final int maxPending;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong asked = new AtomicLong();
    private final Map<Long, CompletableFuture<Done>> unanswered = new ConcurrentHashMap<>();
    private volatile @Nullable ActorRef<MemberActor.Command> actor;
    private final CompletableFuture<Done> left = new CompletableFuture<>();
    private volatile boolean leaving;
    private volatile @Nullable TailraceException ended;

    /**
     * Not yet tied to an actor.
     *
     * @param maxPending how many calls may wait for their answers
     */
    Membership(String memberId, GroupListener listener, int maxPending) {
        this.memberId = memberId;
        this.listener = listener;
        this.maxPending = maxPending;
    }

    /** Before anybody else has it. */
    void start(ActorRef<MemberActor.Command> member) {
        actor = member;
    }

    @Override
    public String memberId() {
        return memberId;
    }

    @Override
    public CompletionStage<Done> commit(List<Commit> commits) {
        for (Commit commit : commits) {
            if (commit.offset() < 0 || commit.metadata().length() > CommittedOffset.MAX_METADATA) {
                return CompletableFuture.failedStage(new TailraceException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Offset " + commit.offset() + " with "
                                + commit.metadata().length()
                                + " characters of metadata cannot be committed: use an offset of 0 or more, and "
                                + CommittedOffset.MAX_METADATA + " characters at most."));
            }
        }
        List<CompletableFuture<Done>> parts = new ArrayList<>();
        List<Commit> part = new ArrayList<>();
        int weight = 0;
        for (Commit commit : commits) {
            weight += CommitBook.weight(commit);
            if (weight > CommitBook.MAX_REQUEST_WEIGHT && !part.isEmpty()) {
                parts.add(commitAtOnce(part));
                part = new ArrayList<>();
                weight = CommitBook.weight(commit);
            }
            part.add(commit);
        }
        CompletableFuture<Done> rest =
                part.isEmpty() ? CompletableFuture.completedFuture(Done.getInstance()) : commitAtOnce(part);
        return parts.isEmpty()
                ? rest
                : rest.thenCombine(
                        CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0])), (done, others) -> done);
    }

    private CompletableFuture<Done> commitAtOnce(Collection<Commit> commits) {
        if (pending.incrementAndGet() > maxPending) {
            pending.decrementAndGet();
            return CompletableFuture.failedFuture(new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    maxPending + " commits of this member wait for the coordinator already: commit several at once, or"
                            + " raise tailrace.groups.max-pending-commits."));
        }
        CompletableFuture<Done> answer = new CompletableFuture<>();
        long number = asked.incrementAndGet();
        unanswered.put(number, answer);
        CompletableFuture<Done> counted = answer.whenComplete((done, failure) -> {
            unanswered.remove(number);
            pending.decrementAndGet();
        });
        tell(new MemberActor.Commit(List.copyOf(commits), answer));
        TailraceException why = ended;
        if (why != null) {
            // Whoever had ended before the question answers nothing.
            answer.completeExceptionally(why);
        }
        return counted;
    }

    private void tell(MemberActor.Command command) {
        ActorRef<MemberActor.Command> member = actor;
        if (member != null) {
            member.tell(command);
        }
    }

    @Override
    public void released(Set<PartitionId> partitions) {
        if (ended == null) {
            tell(new MemberActor.Released(Set.copyOf(partitions)));
        }
    }

    @Override
    public CompletionStage<Done> leave() {
        leaving = true;
        tell(MemberActor.Leave.INSTANCE);
        return left.minimalCompletionStage();
    }

    /** Leaves as {@link #leave} does, but the listener, which has not asked for it, hears that it has ended. */
    CompletionStage<Done> leaveUnasked() {
        tell(MemberActor.Leave.INSTANCE);
        return left.minimalCompletionStage();
    }

    /** Complete when it has ended. */
    CompletionStage<Done> whenEnded() {
        return left.minimalCompletionStage();
    }

    // --- on the actor's thread ---------------------------------------------------------------------------------------

    /** Tells the listener, unless the application has left. */
    void hear(Consumer<GroupListener> news) {
        if (leaving) {
            return;
        }
        try {
            news.accept(listener);
        } catch (RuntimeException e) {
            LOG.error("The listener of member {} of a consumer group failed", memberId, e);
        }
    }

    /** Nothing comes any more: everybody is answered. */
    void end(TailraceException why) {
        ended = why;
        unanswered.values().forEach(answer -> answer.completeExceptionally(why));
        left.complete(Done.getInstance());
        hear(each -> each.ended(why));
    }
}
