package io.tailrace.streams;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer that shares topics is to do with the partitions that it gets.
 *
 * @param subscription which topics
 * @param commits whether the group stores how far it has read: then nothing is given back before what was emitted is committed
 * @param startOffsets asks the application where to begin, {@code null} if the group knows
 * @param handler hears of partitions that come and go
 */
record GroupPlan(
        AutoSubscription subscription,
        boolean commits,
        @Nullable StartOffsets startOffsets,
        PartitionAssignmentHandler handler) {
    /** Where the application wants to begin. */
    @FunctionalInterface
    interface StartOffsets {
        /** Offsets of the next records to read; a partition that is not named begins where the group has committed. */
        CompletionStage<Map<TopicPartition, Long>> of(Set<TopicPartition> assigned);
    }

    static GroupPlan of(AutoSubscription subscription, boolean commits) {
        return new GroupPlan(subscription, commits, null, subscription.handler());
    }

    /** The same, the application saying where to begin; {@code onRevoke} hears too of partitions that go. */
    GroupPlan startingAt(StartOffsets offsets, Consumer<Set<TopicPartition>> onRevoke) {
        return new GroupPlan(subscription, commits, offsets, new PartitionAssignmentHandler() {
            @Override
            public void onAssign(Set<TopicPartition> assigned, RestrictedConsumer consumer) {
                handler.onAssign(assigned, consumer);
            }

            @Override
            public void onRevoke(Set<TopicPartition> revoked, RestrictedConsumer consumer) {
                onRevoke.accept(revoked);
                handler.onRevoke(revoked, consumer);
            }

            @Override
            public void onLost(Set<TopicPartition> lost, RestrictedConsumer consumer) {
                onRevoke.accept(lost);
                handler.onLost(lost, consumer);
            }

            @Override
            public void onStop(Set<TopicPartition> current, RestrictedConsumer consumer) {
                handler.onStop(current, consumer);
            }
        });
    }
}
