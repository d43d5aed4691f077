package io.tailrace.streams;

import io.tailrace.cluster.group.GroupJoin;

/**
 * Topics whose partitions the members of a consumer group share. Made by {@link Subscriptions}. The consumer's settings have to name the
 * group, see {@link ConsumerSettings#withGroupId}.
 */
public final class AutoSubscription implements Subscription {
    private final GroupJoin.Subscription topics;

    AutoSubscription(GroupJoin.Subscription topics) {
        this.topics = topics;
    }

    GroupJoin.Subscription topics() {
        return topics;
    }

    @Override
    public String toString() {
        return "AutoSubscription[" + topics + "]";
    }
}
