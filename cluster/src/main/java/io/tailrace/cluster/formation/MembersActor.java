package io.tailrace.cluster.formation;

import io.tailrace.cluster.formation.FormationMessage.Departing;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterStateSubscription;
import org.apache.pekko.cluster.typed.GetCurrentState;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Tells of every state of Pekko's cluster, and which members have said that they are about to leave. Asks who publishes the events: what the
 * extension remembers may be older than they are.
 */
final class MembersActor {
    /** By which those of other nodes find it. */
    static final String NAME = "tailrace-members";

    /** What is said may be lost, and a node may come that has not heard it. */
    private static final Duration SAY_AGAIN = Duration.ofMillis(200);

    /** This node is about to leave. */
    enum Depart {
        INSTANCE
    }

    private final ActorContext<Object> context;
    private final TimerScheduler<Object> timers;
    private final BiConsumer<ClusterEvent.CurrentClusterState, Set<Long>> listener;
    private final ActorRef<ClusterStateSubscription> subscriptions;
    private final ActorRef<ClusterEvent.CurrentClusterState> states;
    /** The uids of members; at most as many as there are. */
    private final Set<Long> departing = new HashSet<>();

    private MembersActor(
            ActorContext<Object> context,
            TimerScheduler<Object> timers,
            BiConsumer<ClusterEvent.CurrentClusterState, Set<Long>> listener) {
        this.context = context;
        this.timers = timers;
        this.listener = listener;
        this.subscriptions = Cluster.get(context.getSystem()).subscriptions();
        this.states = context.messageAdapter(ClusterEvent.CurrentClusterState.class, now -> now);
    }

    /** The listener hears the state and the uids of those that are about to leave, on the actor's thread. */
    static Behavior<Object> create(BiConsumer<ClusterEvent.CurrentClusterState, Set<Long>> listener) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new MembersActor(context, timers, listener).watching()));
    }

    private Behavior<Object> watching() {
        subscriptions.tell(Subscribe.create(
                context.messageAdapter(ClusterEvent.ClusterDomainEvent.class, event -> event),
                ClusterEvent.ClusterDomainEvent.class));
        look();
        return Behaviors.receive(Object.class)
                .onMessage(ClusterEvent.CurrentClusterState.class, this::learn)
                .onMessage(ClusterEvent.ClusterDomainEvent.class, event -> look())
                .onMessage(Departing.class, said -> departing.add(said.uid()) ? look() : Behaviors.same())
                .onMessage(Depart.class, depart -> say())
                .build();
    }

    private Behavior<Object> look() {
        subscriptions.tell(new GetCurrentState(states));
        return Behaviors.same();
    }

    private Behavior<Object> learn(ClusterEvent.CurrentClusterState state) {
        Set<Long> present = new HashSet<>();
        state.getMembers().forEach(member -> present.add(member.uniqueAddress().longUid()));
        departing.retainAll(present);
        listener.accept(state, Set.copyOf(departing));
        return Behaviors.same();
    }

    private Behavior<Object> say() {
        Cluster cluster = Cluster.get(context.getSystem());
        Departing message = new Departing(cluster.selfMember().uniqueAddress().longUid());
        for (Member member : cluster.state().getMembers()) {
            if (!member.uniqueAddress().equals(cluster.selfMember().uniqueAddress())) {
                Adapter.toClassic(context.getSystem())
                        .actorSelection(member.address() + "/system/" + NAME)
                        .tell(message, org.apache.pekko.actor.ActorRef.noSender());
            }
        }
        context.getSelf().tell(message);
        timers.startSingleTimer(Depart.INSTANCE, SAY_AGAIN);
        return Behaviors.same();
    }
}
