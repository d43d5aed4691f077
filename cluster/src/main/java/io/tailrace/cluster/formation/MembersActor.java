package io.tailrace.cluster.formation;

import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterStateSubscription;
import org.apache.pekko.cluster.typed.GetCurrentState;
import org.apache.pekko.cluster.typed.Subscribe;

/** Tells of every state of Pekko's cluster. Asks who publishes the events: what the extension remembers may be older than they are. */
final class MembersActor {
    private MembersActor() {}

    /** The listener is called on the actor's thread. */
    static Behavior<Object> create(Consumer<ClusterEvent.CurrentClusterState> listener) {
        return Behaviors.setup(context -> {
            ActorRef<ClusterStateSubscription> subscriptions =
                    Cluster.get(context.getSystem()).subscriptions();
            ActorRef<ClusterEvent.CurrentClusterState> state =
                    context.messageAdapter(ClusterEvent.CurrentClusterState.class, now -> now);
            subscriptions.tell(Subscribe.create(
                    context.messageAdapter(ClusterEvent.ClusterDomainEvent.class, event -> event),
                    ClusterEvent.ClusterDomainEvent.class));
            subscriptions.tell(new GetCurrentState(state));
            return Behaviors.receive(Object.class)
                    .onMessage(ClusterEvent.CurrentClusterState.class, now -> {
                        listener.accept(now);
                        return Behaviors.same();
                    })
                    .onMessage(ClusterEvent.ClusterDomainEvent.class, event -> {
                        subscriptions.tell(new GetCurrentState(state));
                        return Behaviors.same();
                    })
                    .build();
        });
    }
}
