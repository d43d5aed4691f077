package io.tailrace.cluster.formation;

import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.RootActorPath;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.ClusterStateSubscription;
import org.apache.pekko.cluster.typed.GetCurrentState;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Does what {@link Formation} decides, for the life of one actor system: carries its messages over Artery, writes what it wants
 * stored, joins. Answers others as long as it lives, also when its own node has long been up.
 */
final class FormationActor extends AbstractBehavior<Object> {
    /** Where it is found on each node. */
    static final String NAME = "tailrace-formation";

    private final Formation formation;
    private final MembershipStore store;
    private final Executor io;
    private final FormationListener listener;
    private final TimerScheduler<Object> timers;
    private final Cluster cluster;
    private final PekkoView view;
    private final org.apache.pekko.actor.typed.ActorRef<ClusterStateSubscription> subscriptions;
    private final org.apache.pekko.actor.typed.ActorRef<ClusterEvent.CurrentClusterState> state;
    private boolean up;

    private enum Tick {
        INSTANCE
    }

    private enum Removed {
        INSTANCE
    }

    private record Stored(Membership membership) {}

    private record NotStored(Throwable why) {}

    private FormationActor(
            ActorContext<Object> context,
            TimerScheduler<Object> timers,
            Formation formation,
            MembershipStore store,
            Executor io,
            FormationListener listener) {
        super(context);
        this.formation = formation;
        this.store = store;
        this.io = io;
        this.listener = listener;
        this.timers = timers;
        this.cluster = Cluster.get(Adapter.toClassic(context.getSystem()));
        this.view = new PekkoView(cluster);
        this.state = context.messageAdapter(ClusterEvent.CurrentClusterState.class, now -> now);
        this.subscriptions =
                org.apache.pekko.cluster.typed.Cluster.get(context.getSystem()).subscriptions();
        cluster.registerOnMemberRemoved(() -> context.getSelf().tell(Removed.INSTANCE));
        subscriptions.tell(Subscribe.create(
                context.messageAdapter(ClusterEvent.ClusterDomainEvent.class, event -> event),
                ClusterEvent.ClusterDomainEvent.class));
        timers.startTimerWithFixedDelay(Tick.INSTANCE, Duration.ofMillis(Formation.ROUND_MILLIS));
        context.getSelf().tell(Tick.INSTANCE);
    }

    /**
     * An actor that forms or joins.
     *
     * @param io for blocking writes
     * @param listener told of what becomes of it, on the actor's thread
     */
    static Behavior<Object> create(
            Self self, List<NodeAddress> seeds, MembershipStore store, Executor io, FormationListener listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new FormationActor(
                context,
                timers,
                new Formation(self, store.membership(), seeds, UUID::randomUUID),
                store,
                io,
                listener)));
    }

    @Override
    public Receive<Object> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Tick.INSTANCE, () -> act(formation.tick(now())))
                .onMessage(FormationMessage.class, message -> act(formation.heard(message, now())))
                .onMessage(ClusterEvent.ClusterDomainEvent.class, event -> askForState())
                .onMessage(
                        ClusterEvent.CurrentClusterState.class, state -> act(formation.viewed(view.of(state), now())))
                .onMessageEquals(
                        Removed.INSTANCE, () -> act(formation.viewed(new View(View.Standing.GONE, List.of()), now())))
                .onMessage(Stored.class, done -> act(formation.stored(done.membership, now())))
                .onMessage(NotStored.class, failed -> {
                    listener.failed(Failures.named(failed.why));
                    return Behaviors.stopped();
                })
                .build();
    }

    /** Of the one who publishes the events: what the extension remembers may be older than the event. */
    private Behavior<Object> askForState() {
        subscriptions.tell(new GetCurrentState(state));
        return this;
    }

    private static long now() {
        return System.nanoTime() / 1_000_000;
    }

    private Behavior<Object> act(List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Send send) {
                send(send);
            } else if (action instanceof Action.Store wanted) {
                store(wanted.membership());
            } else if (action instanceof Action.Form) {
                cluster.join(cluster.selfAddress());
            } else if (action instanceof Action.Join join) {
                cluster.join(PekkoAddresses.at(join.at(), cluster.selfAddress()));
            } else if (action instanceof Action.Refuse refusal) {
                listener.failed(new TailraceException(refusal.code(), refusal.message()));
            } else if (action instanceof Action.Restart restart) {
                timers.cancelAll();
                listener.lost(restart.why());
            }
        }
        boolean isUp = formation.status().isUp();
        if (isUp && !up) {
            up = true;
            timers.cancelAll();
            listener.up(formation.membership());
        } else if (!isUp) {
            listener.waiting(formation.waitingFor());
        }
        return this;
    }

    private void send(Action.Send send) {
        Address to = PekkoAddresses.at(send.to(), cluster.selfAddress());
        Adapter.toClassic(getContext().getSystem())
                .actorSelection(new RootActorPath(to, "/").child("system").child(NAME))
                .tell(send.message(), ActorRef.noSender());
    }

    private void store(Membership membership) {
        getContext()
                .pipeToSelf(
                        CompletableFuture.runAsync(() -> store.store(membership), io),
                        (done, failure) -> failure == null ? new Stored(membership) : new NotStored(failure));
    }
}
