package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A producer's view of one topic: its partitions' writers, and which of them keyless records go to. */
final class TopicWriter {
    private Topic topic;
    private final Partitioner partitioner;
    private final ProducerCore<?, ?> core;
    private @Nullable PartitionWriter[] writers;
    private int sticky;

    TopicWriter(Topic topic, Partitioner partitioner, ProducerCore<?, ?> core, int firstSticky) {
        this.topic = topic;
        this.partitioner = partitioner;
        this.core = core;
        this.writers = new PartitionWriter[topic.partitions()];
        this.sticky = Math.floorMod(firstSticky, topic.partitions());
    }

    Topic topic() {
        return topic;
    }

    /** The same topic may have more partitions by now, which keys and records without key find from here on, and other settings. */
    void refresh(Topic newer) {
        if (newer.partitions() < writers.length) {
            return;
        }
        topic = newer;
        if (newer.partitions() > writers.length) {
            writers = Arrays.copyOf(writers, newer.partitions());
        }
    }

    /** Throws UNKNOWN_PARTITION. */
    PartitionWriter writerFor(@Nullable Integer explicit, byte @Nullable [] key) {
        int partition = explicit != null ? explicit : partitioner.partition(topic.name(), key, topic.partitions());
        if (explicit == null && partition == Partitioner.ANY) {
            partition = sticky;
        }
        if (partition < 0 || partition >= writers.length) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "Topic " + topic.name() + " has the partitions 0 to " + (writers.length - 1) + ", not " + partition
                            + ": choose one of them.");
        }
        PartitionWriter writer = writers[partition];
        if (writer == null) {
            writer = new PartitionWriter(core, this, partition);
            writers[partition] = writer;
        }
        return writer;
    }

    /** A batch of that partition was closed: keyless records move on, past partitions that do not take batches at present. */
    void moveOn(int partition) {
        if (partition != sticky) {
            return;
        }
        for (int i = 1; i <= writers.length; i++) {
            sticky = (partition + i) % writers.length;
            PartitionWriter writer = writers[sticky];
            if (writer == null || writer.isSending()) {
                return;
            }
        }
        sticky = (partition + 1) % writers.length;
    }

    void forEachWriter(Consumer<PartitionWriter> action) {
        for (PartitionWriter writer : writers) {
            if (writer != null) {
                action.accept(writer);
            }
        }
    }
}
