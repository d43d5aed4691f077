package io.tailrace.cluster.formation;

import io.tailrace.cluster.formation.FormationMessage.Departing;
import io.tailrace.cluster.formation.FormationMessage.Room;
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
 * Tells of every state of Pekko's cluster, and what members have said of themselves: that they are about to leave, or have no room. Asks who publishes the events: what the
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

    /** This node has no room for what leaders write, or has again. */
    record SayRoom(boolean left) {}

    /**
     * What members have said of themselves, by the uids of their actor systems.
     *
     * @param departing those that are about to leave
     * @param withoutRoom those that have no room for what leaders write
     */
    record Said(Set<Long> departing, Set<Long> withoutRoom) {
        static final Said NOTHING = new Said(Set.of(), Set.of());
    }

    private final ActorContext<Object> context;
    private final TimerScheduler<Object> timers;
    private final BiConsumer<ClusterEvent.CurrentClusterState, Said> listener;
    private final ActorRef<ClusterStateSubscription> subscriptions;
    private final ActorRef<ClusterEvent.CurrentClusterState> states;
    /** The uids of members; at most as many as there are. */
    private final Set<Long> departing = new HashSet<>();

    private final Set<Long> withoutRoom = new HashSet<>();

    private MembersActor(
            ActorContext<Object> context,
            TimerScheduler<Object> timers,
            BiConsumer<ClusterEvent.CurrentClusterState, Said> listener) {
        this.context = context;
        this.timers = timers;
        this.listener = listener;
        this.subscriptions = Cluster.get(context.getSystem()).subscriptions();
        this.states = context.messageAdapter(ClusterEvent.CurrentClusterState.class, now -> now);
    }

    /** The listener hears the state and what members have said, on the actor's thread. */
    static Behavior<Object> create(BiConsumer<ClusterEvent.CurrentClusterState, Said> listener) {
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
                .onMessage(
                        Room.class,
                        said -> (said.left() ? withoutRoom.remove(said.uid()) : withoutRoom.add(said.uid()))
                                ? look()
                                : Behaviors.same())
                .onMessage(Depart.class, depart -> depart())
                .onMessage(SayRoom.class, room -> say(new Room(uid(), room.left())))
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
        withoutRoom.retainAll(present);
        listener.accept(state, new Said(Set.copyOf(departing), Set.copyOf(withoutRoom)));
        return Behaviors.same();
    }

    private Behavior<Object> depart() {
        timers.startSingleTimer(Depart.INSTANCE, SAY_AGAIN);
        return say(new Departing(uid()));
    }

    private long uid() {
        return Cluster.get(context.getSystem()).selfMember().uniqueAddress().longUid();
    }

    private Behavior<Object> say(FormationMessage message) {
        Cluster cluster = Cluster.get(context.getSystem());
        for (Member member : cluster.state().getMembers()) {
            if (!member.uniqueAddress().equals(cluster.selfMember().uniqueAddress())) {
                Adapter.toClassic(context.getSystem())
                        .actorSelection(member.address() + "/system/" + NAME)
                        .tell(message, org.apache.pekko.actor.ActorRef.noSender());
            }
        }
        context.getSelf().tell(message);
        return Behaviors.same();
    }
}
