package io.tailrace.streams;

import io.tailrace.engine.error.TailraceException;
import java.util.Set;

/**
 * What a {@link PartitionAssignmentHandler} may do with its consumer. Only while the handler is called, and on its thread; what takes longer is asked of
 * a {@link MetadataClient} elsewhere.
 */
public interface RestrictedConsumer {
    /** The partitions that the consumer has, those included that it is just getting and those excluded that are just going. */
    Set<TopicPartition> assignment();

    /**
     * Begins there a partition that is just being assigned, whatever the group has committed; any other is read on from there, as by
     * {@link Consumer.Control#seek(TopicPartition, long)}, which says what that means for the group.
     *
     * @param offset of the next record to read
     * @throws TailraceException INVALID_ARGUMENT if the consumer does not have that partition, or the offset is negative
     */
    void seek(TopicPartition partition, long offset);
}
