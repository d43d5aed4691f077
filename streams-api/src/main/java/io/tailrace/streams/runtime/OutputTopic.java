package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Partitioner;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A topic that a task writes to: which partition a record goes to. */
final class OutputTopic {
    /** Opens a partition that nothing has gone to yet in this life. */
    interface Opening {
        OutputPartition open(Topic topic, int number);
    }

    private final Topic topic;
    private final @Nullable OutputPartition[] partitions;
    private int sticky;

    OutputTopic(Topic topic, int firstSticky) {
        this.topic = topic;
        this.partitions = new OutputPartition[topic.partitions()];
        this.sticky = Math.floorMod(firstSticky, topic.partitions());
    }

    Topic topic() {
        return topic;
    }

    /** Where a record goes. Throws UNKNOWN_PARTITION. */
    OutputPartition partition(@Nullable IntUnaryOperator chosen, byte @Nullable [] key, Opening opening) {
        int number = chosen == null ? Partitioner.ANY : chosen.applyAsInt(partitions.length);
        if (number == Partitioner.ANY) {
            number = Partitioner.DEFAULT.partition(topic.name(), key, partitions.length);
        }
        if (number == Partitioner.ANY) {
            number = sticky;
        }
        if (number < 0 || number >= partitions.length) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "Topic " + topic.name() + " has the partitions 0 to " + (partitions.length - 1) + ", not " + number
                            + ": let the partitioner choose one of them.");
        }
        OutputPartition partition = partitions[number];
        if (partition == null) {
            partition = opening.open(topic, number);
            partitions[number] = partition;
        }
        return partition;
    }

    /** Records without a key go to the next partition from here on. */
    void moveOn() {
        sticky = (sticky + 1) % partitions.length;
    }
}
