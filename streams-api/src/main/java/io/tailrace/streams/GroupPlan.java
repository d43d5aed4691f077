package io.tailrace.streams;

import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupListener;
import io.tailrace.cluster.group.GroupMembership;
import io.tailrace.streams.PartitionStart.AtOffset;
import io.tailrace.streams.PartitionStart.ByReset;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer that shares topics is to do with the partitions that it gets.
 *
 * @param joining how the consumer comes by its partitions
 * @param shared whether others of the group could have its partitions
 * @param commits whether the group stores how far it has read: then nothing is given back before what was emitted is committed
 * @param startOffsets asks the application where to begin, {@code null} if the group knows
 * @param starts where the subscription says that partitions begin; one that is not named begins where the group has committed
 * @param handler hears of partitions that come and go
 */
record GroupPlan(
        Joining joining,
        boolean shared,
        boolean commits,
        @Nullable StartOffsets startOffsets,
        Map<TopicPartition, PartitionStart> starts,
        PartitionAssignmentHandler handler) {
    private static final PartitionAssignmentHandler NOBODY = new PartitionAssignmentHandler() {
        @Override
        public void onAssign(Set<TopicPartition> assigned, RestrictedConsumer consumer) {}

        @Override
        public void onRevoke(Set<TopicPartition> revoked, RestrictedConsumer consumer) {}

        @Override
        public void onLost(Set<TopicPartition> lost, RestrictedConsumer consumer) {}

        @Override
        public void onStop(Set<TopicPartition> current, RestrictedConsumer consumer) {}
    };

    /** How a consumer comes by its partitions. */
    @FunctionalInterface
    interface Joining {
        /** Nothing is waited for: the listener hears what comes of it. */
        GroupMembership join(ConsumerSettings<?, ?> settings, GroupListener listener);
    }

    /** Where the application wants to begin. */
    @FunctionalInterface
    interface StartOffsets {
        /** Offsets of the next records to read; a partition that is not named begins where the group has committed. */
        CompletionStage<Map<TopicPartition, Long>> of(Set<TopicPartition> assigned);
    }

    static GroupPlan of(AutoSubscription subscription, boolean commits) {
        return new GroupPlan(
                (settings, listener) -> settings.tailrace().groups().join(settings.join(subscription), listener),
                true,
                commits,
                null,
                Map.of(),
                subscription.handler());
    }

    /** Of partitions that the application has assigned itself, whose offsets are stored with a group all the same. */
    static GroupPlan of(ManualSubscription subscription) {
        Map<TopicPartition, PartitionStart> starts = subscription.starts();
        return new GroupPlan(
                (settings, listener) ->
                        ManualMembership.of(settings.tailrace(), settings.requireGroupId(), starts.keySet(), listener),
                false,
                true,
                null,
                starts,
                NOBODY);
    }

    /**
     * Where a partition begins.
     *
     * @param from what the application says, {@code null} if nothing
     */
    PartitionStart start(TopicPartition partition, @Nullable CommittedOffset committed, @Nullable Long from) {
        if (from != null) {
            return new AtOffset(from);
        }
        PartitionStart wished = starts.getOrDefault(partition, new ByReset());
        if (!(wished instanceof ByReset)) {
            return wished;
        }
        return committed == null ? new ByReset() : new AtOffset(committed.offset());
    }

    /** The same, the application saying where to begin; {@code onRevoke} hears too of partitions that go. */
    GroupPlan startingAt(StartOffsets offsets, Consumer<Set<TopicPartition>> onRevoke) {
        return new GroupPlan(joining, shared, commits, offsets, starts, new PartitionAssignmentHandler() {
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
