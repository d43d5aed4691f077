package io.tailrace.streams;

import java.util.Set;

/**
 * Is called when a consumer's partitions come and go, on the stream's thread: do not block. What it throws fails the stream.
 */
public interface PartitionAssignmentHandler {
    /** These partitions are read from now on, in addition to those that were before; nothing of them has been emitted yet. */
    void onAssign(Set<TopicPartition> assigned, RestrictedConsumer consumer);

    /** Nothing of these is emitted any more; they are given back as soon as what was emitted is committed. */
    void onRevoke(Set<TopicPartition> revoked, RestrictedConsumer consumer);

    /** These were taken away: others read them already, or may. By default the same as {@link #onRevoke}. */
    default void onLost(Set<TopicPartition> lost, RestrictedConsumer consumer) {
        onRevoke(lost, consumer);
    }

    /** The consumer ends, and these are what it has. By default nothing is done. */
    default void onStop(Set<TopicPartition> current, RestrictedConsumer consumer) {}
}
