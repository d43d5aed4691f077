package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;

/**
 * {@link Groups} by asking the coordinator, wherever it is. What it says has certainly not been done is asked again until the time is over; a
 * question that got no answer too, but not a change.
 */
public final class GroupClient implements Groups {
    /** The stages of an ask run what follows them on a new thread each, unless told otherwise. */
    private static final Executor ON_THE_ANSWERING_THREAD = Runnable::run;

    private static final int ASKS = 4;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ActorSystem<?> system;
    private final String node;
    private final ActorRef<GroupCoordinator.Command> coordinator;
    private final Duration timeout;
    private final int maxPendingCommits;
    private final Set<Membership> memberships = ConcurrentHashMap.newKeySet();

    /**
     * Over the coordinator.
     *
     * @param node the name of this node
     * @param timeout after which it counts as not answering
     * @param maxPendingCommits of one member
     */
    public GroupClient(
            ActorSystem<?> system,
            String node,
            ActorRef<GroupCoordinator.Command> coordinator,
            Duration timeout,
            int maxPendingCommits) {
        this.system = system;
        this.node = node;
        this.coordinator = coordinator;
        this.timeout = timeout;
        this.maxPendingCommits = maxPendingCommits;
    }

    @Override
    public GroupMembership join(GroupJoin join, GroupListener listener) {
        String memberId = UUID.randomUUID().toString();
        Membership membership = new Membership(memberId, listener, maxPendingCommits);
        membership.start(system.systemActorOf(
                MemberActor.create(membership, join, node, coordinator, timeout),
                "tailrace-group-member-" + memberId,
                Props.empty()));
        memberships.add(membership);
        membership.whenEnded().thenRun(() -> memberships.remove(membership));
        return membership;
    }

    /**
     * Lets all members of this node leave: who was not told to drain first has what is in flight done again by those that get its partitions, and they
     * need not wait for its session to time out. Complete, never failed, when they have left, or after {@code patience}.
     */
    public CompletionStage<Done> leaveAll(Duration patience) {
        return CompletableFuture.allOf(memberships.stream()
                        .map(each -> each.leaveUnasked().toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new))
                .<Done>thenApply(all -> Done.getInstance())
                .completeOnTimeout(Done.getInstance(), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<List<GroupSummary>> list() {
        return question(GroupRequest.ListGroups::new, reply -> ((GroupReply.Summaries) reply).groups());
    }

    @Override
    public CompletionStage<GroupDescription> describe(String group) {
        return question(replyTo -> new GroupRequest.Describe(group, replyTo), GroupClient::described);
    }

    @Override
    public CompletionStage<GroupDescription> resetOffsets(String group, Map<PartitionId, Long> offsets) {
        return change(replyTo -> new GroupRequest.Reset(group, offsets, replyTo), GroupClient::described);
    }

    @Override
    public CompletionStage<Done> delete(String group) {
        return change(replyTo -> new GroupRequest.Delete(group, replyTo), GroupClient::done);
    }

    @Override
    public CompletionStage<Done> deleteOffsets(String group, List<PartitionId> partitions) {
        return change(replyTo -> new GroupRequest.DeleteOffsets(group, partitions, replyTo), GroupClient::done);
    }

    @Override
    public CompletionStage<Done> removeMember(String group, String memberId) {
        return change(replyTo -> new GroupRequest.RemoveMember(group, memberId, replyTo), GroupClient::done);
    }

    private static GroupDescription described(GroupReply reply) {
        return ((GroupReply.Described) reply).description();
    }

    private static Done done(GroupReply reply) {
        return Done.getInstance();
    }

    // --- asking ------------------------------------------------------------------------------------------------------

    private <T> CompletionStage<T> question(
            Function<ActorRef<GroupReply>, GroupRequest> message, Function<GroupReply, T> result) {
        Asking<T> asking = new Asking<>(message, result, true);
        asking.ask();
        return asking.answer;
    }

    private <T> CompletionStage<T> change(
            Function<ActorRef<GroupReply>, GroupRequest> message, Function<GroupReply, T> result) {
        Asking<T> asking = new Asking<>(message, result, false);
        asking.ask();
        return asking.answer;
    }

    /** One question, for as long as it may take. */
    private final class Asking<T> {
        private final Function<ActorRef<GroupReply>, GroupRequest> message;
        private final Function<GroupReply, T> result;
        private final boolean isQuestion;
        private final long deadline = System.nanoTime() + timeout.toNanos();
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private PageCollector pages = new PageCollector();

        Asking(
                Function<ActorRef<GroupReply>, GroupRequest> message,
                Function<GroupReply, T> result,
                boolean isQuestion) {
            this.message = message;
            this.result = result;
            this.isQuestion = isQuestion;
        }

        private Duration left() {
            return Duration.ofNanos(deadline - System.nanoTime());
        }

        void ask() {
            Duration left = left();
            Duration patience = isQuestion ? shorter(left, timeout.dividedBy(ASKS)) : left;
            if (patience.isNegative() || patience.isZero()) {
                answer.completeExceptionally(unavailable(null));
                return;
            }
            pages = new PageCollector();
            BiConsumer<@Nullable GroupReply, @Nullable Throwable> heard = this::heard;
            AskPattern.<GroupCoordinator.Command, GroupReply>ask(
                            coordinator, message::apply, patience, system.scheduler())
                    .whenCompleteAsync(heard, ON_THE_ANSWERING_THREAD);
        }

        /** A page whose answer does not come makes it begin anew, as any answer that does not. */
        private void turn(GroupReply.Page page) {
            if (pages.add(page)) {
                answer.complete(result.apply(pages.whole(page)));
                return;
            }
            int next = pages.next();
            Duration patience = shorter(left(), timeout.dividedBy(ASKS));
            if (patience.isNegative() || patience.isZero()) {
                answer.completeExceptionally(isQuestion ? unavailable(null) : unknown(null));
                return;
            }
            BiConsumer<@Nullable GroupReply, @Nullable Throwable> heard = this::heard;
            AskPattern.<PageRequest, GroupReply>ask(
                            page.rest(), replyTo -> new PageRequest(next, replyTo), patience, system.scheduler())
                    .whenCompleteAsync(heard, ON_THE_ANSWERING_THREAD);
        }

        private void heard(@Nullable GroupReply reply, @Nullable Throwable failure) {
            if (reply instanceof GroupReply.Refused refused) {
                if (refused.code() == ErrorCode.COORDINATOR_UNAVAILABLE && left().compareTo(PAUSE) > 0) {
                    askLater();
                } else {
                    answer.completeExceptionally(new TailraceException(refused.code(), refused.message()));
                }
            } else if (reply instanceof GroupReply.Page page) {
                try {
                    turn(page);
                } catch (TailraceException e) {
                    answer.completeExceptionally(e);
                }
            } else if (reply != null) {
                answer.complete(result.apply(reply));
            } else if (isQuestion && failure instanceof TimeoutException && !isClosed()) {
                askLater();
            } else {
                answer.completeExceptionally(isQuestion ? unavailable(failure) : unknown(failure));
            }
        }

        /** Not at once, for one who is gone does not answer at once; nor by the system's scheduler, which may end meanwhile. */
        private void askLater() {
            CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(this::ask);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean isClosed() {
        return system.getWhenTerminated().toCompletableFuture().isDone();
    }

    private TailraceException unavailable(@Nullable Throwable cause) {
        return isClosed()
                ? new TailraceException(ErrorCode.CLOSED, "The node has been closed: start it again.", cause)
                : new TailraceException(
                        ErrorCode.COORDINATOR_UNAVAILABLE,
                        "The coordinator of the consumer groups does not answer: ask again.",
                        cause);
    }

    private static TailraceException unknown(@Nullable Throwable cause) {
        return new TailraceException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The coordinator of the consumer groups did not answer: the change may have been made; look before you ask again.",
                cause);
    }
}
