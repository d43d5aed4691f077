package io.tailrace.streams;

import java.util.Set;

/** What an actor hears that was set by {@link AutoSubscription#withRebalanceListener}. */
public sealed interface ConsumerRebalanceEvent {
    /**
     * Partitions are read from now on, in addition to those that were before.
     *
     * @param subscription that they came by
     * @param topicPartitions which
     */
    record TopicPartitionsAssigned(Subscription subscription, Set<TopicPartition> topicPartitions)
            implements ConsumerRebalanceEvent {}

    /**
     * Partitions are not read any more: they are given back as soon as what was emitted is committed, or were taken away.
     *
     * @param subscription that they came by
     * @param topicPartitions which
     */
    record TopicPartitionsRevoked(Subscription subscription, Set<TopicPartition> topicPartitions)
            implements ConsumerRebalanceEvent {}
}
