package io.tailrace.cluster.group;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member as it is stored.
 *
 * @param joined the group's generation when it joined, or when the one joined whom it replaced: the order of members
 * @param instanceId of a static member, else {@code null}
 * @param node the name of the node that it lives on
 */
record GroupMember(
        String memberId,
        int joined,
        String clientId,
        @Nullable String instanceId,
        String node,
        GroupJoin.Subscription subscription,
        Duration maxDrain,
        Duration sessionTimeout) {
    private static final int BYTES = 200;

    /** One that has not joined yet. */
    static GroupMember of(GroupJoin join, String memberId, String node) {
        return new GroupMember(
                memberId,
                0,
                join.clientId(),
                join.instanceId(),
                node,
                join.subscription(),
                join.maxDrain(),
                join.sessionTimeout());
    }

    GroupMember joinedAt(int generation) {
        return new GroupMember(
                memberId, generation, clientId, instanceId, node, subscription, maxDrain, sessionTimeout);
    }

    boolean isStatic() {
        return instanceId != null;
    }

    /** About as many bytes as it takes in a snapshot, and more. */
    long weight() {
        return BYTES + 2L * (memberId.length() + clientId.length() + node.length() + weight(subscription));
    }

    private static long weight(GroupJoin.Subscription subscription) {
        if (subscription instanceof GroupJoin.Pattern pattern) {
            return pattern.regex().length();
        }
        List<String> topics = ((GroupJoin.Names) subscription).topics();
        return topics.stream().mapToLong(topic -> topic.length() + 4L).sum();
    }
}
