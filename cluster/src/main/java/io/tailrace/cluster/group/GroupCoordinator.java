package io.tailrace.cluster.group;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.CatalogView;
import io.tailrace.cluster.group.GroupStore.Recovered;
import io.tailrace.cluster.group.GroupStore.Stored;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.Map;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator of all consumer groups, one in the cluster. It stands in front of the persistent {@link GroupStore}, bounds what waits for
 * it, and tells nobody of what is not stored (log-safety rule 19).
 *
 * <ul>
 *   <li><b>asleep</b>: nobody has asked for a group since it came to be; it has no journal yet, nor does it need one.
 *   <li><b>recovering</b>: reads its journal, and learns of the topics; everybody is to ask again.
 *   <li><b>serving</b>, which is {@link Serving}. When the store stops, a persist has failed: what was under way is unknown, and all begins
 *       anew, with sessions that begin anew too, as after a fail-over.
 *   <li><b>at rest</b>: its node stops. What was being stored has been; for everything else the next coordinator is asked.
 * </ul>
 */
public final class GroupCoordinator {
    private static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final GroupEnvironment environment;
    private final GroupRules rules;
    private @Nullable Topology topology;
    private @Nullable GroupTable recovered;
    private int stores;
    private Duration pause = FIRST_PAUSE;

    /** What it understands. */
    public sealed interface Command permits GroupRequest, Lost, TakenAway, PagesGone, Topics, FromStore, Rest, Tick {}

    /** A member is taken for dead. */
    record Lost(String group, String memberId) implements Command {}

    /** A member has not given these back in time. */
    record TakenAway(String group, String memberId, Map<PartitionId, Integer> partitions) implements Command {}

    /** An answer has been handed out, or nobody wants it any more. */
    record PagesGone(ActorRef<PagedReply.Command> pages) implements Command {}

    record Topics(Topology topology) implements Command {}

    record FromStore(GroupStore.Answer answer) implements Command {}

    /** Its node stops. Answered when nothing is being stored. */
    record Rest(ActorRef<Done> replyTo) implements Command {}

    /** To itself, at its time. */
    enum Tick implements Command {
        RESTART,
        EXPIRE
    }

    private GroupCoordinator(
            ActorContext<Command> context, TimerScheduler<Command> timers, GroupEnvironment environment) {
        this.context = context;
        this.timers = timers;
        this.environment = environment;
        this.rules = new GroupRules(environment.limits());
    }

    /** The coordinator's behaviour. */
    public static Behavior<Command> create(GroupEnvironment environment) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new GroupCoordinator(context, timers, environment).asleep()));
    }

    /** Its node stops: what is told that stores nothing more, so that no persist fails on a log that is being closed. */
    public static Command rest(ActorRef<Done> replyTo) {
        return new Rest(replyTo);
    }

    private Behavior<Command> asleep() {
        return Behaviors.receive(Command.class)
                .onMessage(Rest.class, this::rest)
                .onMessage(GroupRequest.class, first -> {
                    follow();
                    refuse(first);
                    return recover();
                })
                .onMessage(Command.class, early -> Behaviors.same())
                .build();
    }

    /** What the catalogue says of anything but topics is no news here. */
    private void follow() {
        ActorRef<Command> self = context.getSelf();
        Catalog[] last = new Catalog[1];
        context.spawn(
                CatalogView.create(environment.catalog(), now -> {
                    Catalog before = last[0];
                    if (before == null
                            || !before.byName().equals(now.byName())
                            || !before.deleted().equals(now.deleted())) {
                        self.tell(new Topics(Topology.of(now, environment.assignors())));
                    }
                    last[0] = now;
                }),
                "catalog");
    }

    private Behavior<Command> recover() {
        recovered = null;
        ActorRef<GroupStore.Answer> answers = context.messageAdapter(GroupStore.Answer.class, FromStore::new);
        ActorRef<GroupStore.Apply> store = context.spawnAnonymous(GroupStore.create(++stores, rules, answers));
        context.watch(store);
        return Behaviors.receive(Command.class)
                .onMessage(GroupRequest.class, this::refuse)
                .onMessage(Rest.class, rest -> {
                    context.unwatch(store);
                    context.stop(store);
                    return rest(rest);
                })
                .onMessage(Topics.class, topics -> {
                    topology = topics.topology;
                    return serveIfReady(store);
                })
                .onMessage(FromStore.class, heard -> {
                    if (heard.answer instanceof Recovered ready && ready.store() == stores) {
                        recovered = ready.groups();
                    }
                    return serveIfReady(store);
                })
                .onMessage(Command.class, early -> Behaviors.same())
                .onSignal(Terminated.class, this::startAgain)
                .build();
    }

    private Behavior<Command> serveIfReady(ActorRef<GroupStore.Apply> store) {
        Topology topics = topology;
        GroupTable groups = recovered;
        if (topics == null || groups == null) {
            return Behaviors.same();
        }
        pause = FIRST_PAUSE;
        timers.startTimerWithFixedDelay(Tick.EXPIRE, expiryInterval());
        Serving serving = new Serving(context, store, groups, topics, environment.clock());
        return Behaviors.receive(Command.class)
                .onMessage(GroupRequest.class, request -> then(() -> serving.hear(request)))
                .onMessage(Lost.class, lost -> then(() -> serving.lose(lost)))
                .onMessage(TakenAway.class, taken -> then(() -> serving.takeAway(taken)))
                .onMessage(PagesGone.class, gone -> then(() -> serving.gone(gone)))
                .onMessage(Topics.class, changed -> {
                    topology = changed.topology;
                    return then(() -> serving.follow(changed.topology));
                })
                .onMessage(
                        FromStore.class,
                        heard -> then(() -> {
                            if (heard.answer instanceof Stored stored && stored.store() == stores) {
                                serving.stored(stored);
                            }
                        }))
                .onMessageEquals(Tick.EXPIRE, () -> then(serving::expire))
                .onMessage(Rest.class, rest -> settle(serving, rest))
                .onMessage(Command.class, late -> Behaviors.same())
                .onSignal(Terminated.class, ended -> {
                    serving.end();
                    return startAgain(ended);
                })
                .build();
    }

    /** Waits for what is being stored, and refuses the rest. */
    private Behavior<Command> settle(Serving serving, Rest rest) {
        if (serving.settles()) {
            return rested(serving, rest);
        }
        return Behaviors.receive(Command.class)
                .onMessage(GroupRequest.class, this::refuse)
                .onMessage(FromStore.class, heard -> {
                    if (heard.answer instanceof Stored stored && stored.store() == stores) {
                        serving.stored(stored);
                        return rested(serving, rest);
                    }
                    return Behaviors.same();
                })
                .onMessage(Command.class, late -> Behaviors.same())
                .onSignal(Terminated.class, ended -> rested(serving, rest))
                .build();
    }

    private Behavior<Command> rested(Serving serving, Rest rest) {
        serving.end();
        return rest(rest);
    }

    private Behavior<Command> rest(Rest rest) {
        rest.replyTo.tell(Done.getInstance());
        return Behaviors.receive(Command.class)
                .onMessage(GroupRequest.class, this::refuse)
                .onMessage(Rest.class, again -> {
                    again.replyTo.tell(Done.getInstance());
                    return Behaviors.same();
                })
                .onMessage(Command.class, late -> Behaviors.same())
                .onSignal(Terminated.class, ended -> Behaviors.same())
                .build();
    }

    private Duration expiryInterval() {
        Duration half = environment.limits().retention().dividedBy(2);
        return half.compareTo(EXPIRY_INTERVAL) < 0 ? half.plusMillis(1) : EXPIRY_INTERVAL;
    }

    private static Behavior<Command> then(Runnable step) {
        step.run();
        return Behaviors.same();
    }

    private Behavior<Command> startAgain(Terminated ended) {
        if (CoordinatedShutdown.get(context.getSystem()).getShutdownReason().isEmpty()) {
            log(ended);
        }
        timers.startSingleTimer(Tick.RESTART, pause);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        return Behaviors.receive(Command.class)
                .onMessage(GroupRequest.class, this::refuse)
                .onMessage(Topics.class, topics -> {
                    topology = topics.topology;
                    return Behaviors.same();
                })
                .onMessageEquals(Tick.RESTART, this::recover)
                .onMessage(Rest.class, this::rest)
                .onMessage(Command.class, early -> Behaviors.same())
                .build();
    }

    private void log(Terminated ended) {
        Throwable cause = ended instanceof ChildFailed failed ? failed.getCause() : null;
        if (cause != null && Failures.named(cause).code() == ErrorCode.INTERNAL_ERROR) {
            context.getLog().error("The coordinator of the consumer groups has failed", cause);
        }
        context.getLog()
                .warn(
                        "The coordinator of the consumer groups begins anew in {}: {}",
                        pause,
                        cause == null
                                ? "its journal stopped."
                                : Failures.named(cause).getMessage());
    }

    /** What is said again anyway needs no answer. */
    private Behavior<Command> refuse(GroupRequest request) {
        Outcome.Refused why = PendingQueue.unavailable();
        if (request instanceof GroupRequest.Admin admin) {
            admin.replyTo().tell(new GroupReply.Refused(why.code(), why.message()));
        } else if (request instanceof GroupRequest.Commit commit) {
            commit.member().tell(new MemberMessage.NotCommitted(commit.number(), why.code(), why.message()));
        }
        return Behaviors.same();
    }
}
