package io.tailrace.streams;

import io.tailrace.cluster.group.GroupJoin;
import java.util.Objects;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;

/**
 * Topics whose partitions the members of a consumer group share. Made by {@link Subscriptions}. The consumer's settings have to name the
 * group, see {@link ConsumerSettings#withGroupId}. Immutable.
 */
public final class AutoSubscription implements Subscription {
    private static final PartitionAssignmentHandler NOBODY = new PartitionAssignmentHandler() {
        @Override
        public void onAssign(Set<TopicPartition> assigned, RestrictedConsumer consumer) {}

        @Override
        public void onRevoke(Set<TopicPartition> revoked, RestrictedConsumer consumer) {}
    };

    private final GroupJoin.Subscription topics;
    private final PartitionAssignmentHandler handler;

    AutoSubscription(GroupJoin.Subscription topics) {
        this(topics, NOBODY);
    }

    private AutoSubscription(GroupJoin.Subscription topics, PartitionAssignmentHandler handler) {
        this.topics = topics;
        this.handler = handler;
    }

    /**
     * The same, with an actor that is sent {@link ConsumerRebalanceEvent}s. There is one listener or handler: the last that was set.
     */
    public AutoSubscription withRebalanceListener(ActorRef listener) {
        Objects.requireNonNull(listener, "listener");
        return new AutoSubscription(topics, new PartitionAssignmentHandler() {
            @Override
            public void onAssign(Set<TopicPartition> assigned, RestrictedConsumer consumer) {
                listener.tell(
                        new ConsumerRebalanceEvent.TopicPartitionsAssigned(AutoSubscription.this, assigned),
                        ActorRef.noSender());
            }

            @Override
            public void onRevoke(Set<TopicPartition> revoked, RestrictedConsumer consumer) {
                listener.tell(
                        new ConsumerRebalanceEvent.TopicPartitionsRevoked(AutoSubscription.this, revoked),
                        ActorRef.noSender());
            }
        });
    }

    /** The same, with a handler that is called when partitions come and go. There is one listener or handler: the last that was set. */
    public AutoSubscription withPartitionAssignmentHandler(PartitionAssignmentHandler handler) {
        return new AutoSubscription(topics, Objects.requireNonNull(handler, "handler"));
    }

    GroupJoin.Subscription topics() {
        return topics;
    }

    PartitionAssignmentHandler handler() {
        return handler;
    }

    @Override
    public String toString() {
        return "AutoSubscription[" + topics + "]";
    }
}
