package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * One member's side of its membership. It says what it wants again until it hears the answer, and once a second that it is there, since the
 * coordinator may have moved; it calls the listener with what is new. Its own life is what the coordinator watches.
 */
final class MemberActor {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration HERE_EVERY = Duration.ofSeconds(1);
    private static final Duration COMMIT_AGAIN = Duration.ofMillis(100);

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Membership membership;
    private final GroupJoin join;
    private final String node;
    private final ActorRef<GroupCoordinator.Command> coordinator;
    private final Duration timeout;
    private final Holdings holdings = new Holdings();
    private final CommitBook commits = new CommitBook(holdings::generationOf);
    private boolean joined;
    private Duration pause = FIRST_PAUSE;
    private @Nullable TailraceException why;
    private boolean leaving;

    /** What it understands: what the coordinator says, and what its application wants. */
    sealed interface Command permits MemberMessage, Commit, Released, Leave, Tick {}

    record Commit(Collection<GroupMembership.Commit> commits, CompletableFuture<Done> answer) implements Command {}

    record Released(Set<PartitionId> partitions) implements Command {}

    enum Leave implements Command {
        INSTANCE
    }

    private enum Tick implements Command {
        HERE,
        COMMIT,
        GIVE_UP
    }

    private MemberActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Membership membership,
            GroupJoin join,
            String node,
            ActorRef<GroupCoordinator.Command> coordinator,
            Duration timeout) {
        this.context = context;
        this.timers = timers;
        this.membership = membership;
        this.join = join;
        this.node = node;
        this.coordinator = coordinator;
        this.timeout = timeout;
    }

    /**
     * Joins.
     *
     * @param timeout how long it tries to leave in order
     */
    static Behavior<Command> create(
            Membership membership,
            GroupJoin join,
            String node,
            ActorRef<GroupCoordinator.Command> coordinator,
            Duration timeout) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            MemberActor actor = new MemberActor(context, timers, membership, join, node, coordinator, timeout);
            actor.say();
            return Behaviors.receive(Command.class)
                    .onMessage(MemberMessage.Told.class, actor::told)
                    .onMessage(MemberMessage.Committed.class, actor::committed)
                    .onMessage(MemberMessage.NotCommitted.class, actor::notCommitted)
                    .onMessage(MemberMessage.Ended.class, actor::ended)
                    .onMessage(Commit.class, actor::commit)
                    .onMessage(Released.class, actor::released)
                    .onMessageEquals(Leave.INSTANCE, actor::leave)
                    .onMessageEquals(Tick.HERE, actor::say)
                    .onMessageEquals(Tick.COMMIT, actor::commitAgain)
                    .onMessageEquals(Tick.GIVE_UP, Behaviors::stopped)
                    .onSignal(PostStop.class, signal -> actor.end())
                    .build();
        }));
    }

    // --- being there -------------------------------------------------------------------------------------------------

    /** Says what the coordinator has to know, and says it again later: sooner as long as nobody has answered. */
    private Behavior<Command> say() {
        ActorRef<MemberMessage> self = context.getSelf().narrow();
        if (leaving && !commits.isBusy()) {
            coordinator.tell(new GroupRequest.Leave(join.group(), membership.memberId(), self));
        } else if (joined) {
            sayHere();
        } else {
            coordinator.tell(new GroupRequest.Join(join, membership.memberId(), node, self));
        }
        timers.startSingleTimer(Tick.HERE, pause);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(HERE_EVERY) > 0 ? HERE_EVERY : longer;
        return Behaviors.same();
    }

    private void sayHere() {
        coordinator.tell(new GroupRequest.Here(
                join.group(),
                membership.memberId(),
                holdings.knownGeneration(),
                holdings.releasing(),
                context.getSelf().narrow()));
    }

    private Behavior<Command> told(MemberMessage.Told told) {
        joined = true;
        pause = HERE_EVERY;
        Holdings.News news = holdings.learn(told);
        membership.hear(listener -> {
            if (!news.lost().isEmpty()) {
                listener.lost(news.lost());
            }
        });
        membership.hear(listener -> {
            if (!news.assigned().isEmpty()) {
                listener.assigned(news.assigned());
            }
        });
        membership.hear(listener -> {
            if (!news.revoked().isEmpty()) {
                listener.revoke(news.revoked());
            }
        });
        return Behaviors.same();
    }

    private Behavior<Command> released(Released released) {
        if (holdings.release(released.partitions)) {
            sayHere();
        }
        return Behaviors.same();
    }

    // --- committing --------------------------------------------------------------------------------------------------

    private Behavior<Command> commit(Commit wanted) {
        if (leaving) {
            // Else who goes on committing would never have left.
            wanted.answer.completeExceptionally(over());
            return Behaviors.same();
        }
        commits.add(wanted.commits, wanted.answer);
        if (!commits.isBusy()) {
            sendCommit();
        }
        return Behaviors.same();
    }

    private void sendCommit() {
        List<GroupMembership.Commit> request = commits.request();
        if (request != null) {
            coordinator.tell(new GroupRequest.Commit(
                    join.group(),
                    membership.memberId(),
                    commits.number(),
                    request,
                    context.getSelf().narrow()));
            timers.startSingleTimer(Tick.COMMIT, HERE_EVERY);
        } else {
            timers.cancel(Tick.COMMIT);
            if (leaving) {
                goAway();
            }
        }
    }

    private Behavior<Command> commitAgain() {
        sendCommit();
        return Behaviors.same();
    }

    private Behavior<Command> committed(MemberMessage.Committed answer) {
        if (answer.number() == commits.number() && commits.isBusy()) {
            commits.committed(answer.number(), answer.stale());
            sendCommit();
        }
        return Behaviors.same();
    }

    private Behavior<Command> notCommitted(MemberMessage.NotCommitted answer) {
        if (answer.number() != commits.number() || !commits.isBusy()) {
            return Behaviors.same();
        }
        if (answer.code().retriable()) {
            timers.startSingleTimer(Tick.COMMIT, COMMIT_AGAIN);
            return Behaviors.same();
        }
        TailraceException refused = new TailraceException(answer.code(), answer.message());
        if (answer.code() == ErrorCode.MEMBER_FENCED) {
            why = refused;
            return Behaviors.stopped();
        }
        commits.refused(answer.number(), refused);
        sendCommit();
        return Behaviors.same();
    }

    // --- the end -----------------------------------------------------------------------------------------------------

    private Behavior<Command> leave() {
        if (leaving) {
            return Behaviors.same();
        }
        leaving = true;
        timers.startSingleTimer(Tick.GIVE_UP, timeout);
        pause = FIRST_PAUSE;
        // What is being committed is to be stored first.
        if (!commits.isBusy()) {
            goAway();
        }
        return Behaviors.same();
    }

    /** A static member is only away (KIP-345): the coordinator sees this actor end, and keeps its partitions for the session timeout. */
    private void goAway() {
        if (join.instanceId() == null) {
            say();
        } else {
            context.getSelf().tell(Tick.GIVE_UP);
        }
    }

    private Behavior<Command> ended(MemberMessage.Ended ended) {
        if (!leaving) {
            why = new TailraceException(ended.code(), ended.message());
        }
        return Behaviors.stopped();
    }

    private TailraceException over() {
        return new TailraceException(
                ErrorCode.CLOSED, "The membership in group '" + join.group() + "' has ended: join again.");
    }

    /** Also when the actor system ends. */
    private Behavior<Command> end() {
        TailraceException reason = why == null ? over() : why;
        commits.end(reason);
        membership.end(reason);
        return Behaviors.same();
    }
}
