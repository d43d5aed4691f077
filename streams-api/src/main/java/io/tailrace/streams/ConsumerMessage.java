package io.tailrace.streams;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What comes out of the sources whose offsets are committed, and goes into a {@link Committer}. */
public final class ConsumerMessage {
    private ConsumerMessage() {}

    /**
     * A record with its place.
     *
     * @param record the record
     * @param committableOffset to be handed to a {@link Committer} when the record has been dealt with
     */
    public record CommittableMessage<K, V>(ConsumerRecord<K, V> record, CommittableOffset committableOffset) {}

    /** What can be committed: the place of one record, or of many. */
    public sealed interface Committable permits CommittableOffset, CommittableOffsetBatch {
        /** How many records have been dealt with. */
        long batchSize();
    }

    /**
     * The place of one record. Committing it means: this record and all before it in its partition have been dealt with. What is stored is
     * the offset of the next record to read, one more than the record's.
     */
    public sealed interface CommittableOffset extends Committable permits CommittableOffsetMetadata {
        /** Which record of which partition, for which group. */
        PartitionOffset partitionOffset();

        /**
         * Whether this consumer's commits have stored it, or a later one of its partition. Where a {@link Committer} that waits for
         * answers has emitted it and it is not, it was refused: its partition had gone to another consumer.
         */
        boolean isCommitted();
    }

    /** The same with the application's metadata. */
    public sealed interface CommittableOffsetMetadata extends CommittableOffset permits EmittedOffset {
        /** What is stored with the offset, perhaps empty. */
        String metadata();
    }

    /**
     * The place of a record.
     *
     * @param key which partition, for which group
     * @param offset the record's own
     */
    public record PartitionOffset(GroupTopicPartition key, long offset) {}

    /**
     * A partition as a group reads it.
     *
     * @param groupId the group's name
     * @param topic the topic's name
     * @param partition from 0
     */
    public record GroupTopicPartition(String groupId, String topic, int partition) {
        /** The partition alone. */
        public TopicPartition topicPartition() {
            return new TopicPartition(topic, partition);
        }
    }

    /**
     * The places of many records, of each partition the last one that has been dealt with. Immutable. A {@link Committer} makes them by
     * itself; one's own are for streams that group their records.
     */
    public sealed interface CommittableOffsetBatch extends Committable permits OffsetBatch {
        /** One more, or all of another batch. Of each partition the highest offset counts, in whatever order they are added. */
        CommittableOffsetBatch updated(Committable committable);

        /** Of each partition the offset of the last record that has been dealt with. */
        Map<GroupTopicPartition, Long> getOffsets();

        /** Whether there is nothing to commit. */
        boolean isEmpty();
    }

    /** A batch with nothing in it. */
    public static CommittableOffsetBatch emptyCommittableOffsetBatch() {
        return OffsetBatch.EMPTY;
    }

    /** A batch of one offset. */
    public static CommittableOffsetBatch createCommittableOffsetBatch(CommittableOffset first) {
        return OffsetBatch.EMPTY.updated(Objects.requireNonNull(first, "first"));
    }

    /** A batch of all of these. */
    public static <T extends Committable> CommittableOffsetBatch createCommittableOffsetBatch(List<T> offsets) {
        OffsetCollector collector = new OffsetCollector(session -> {});
        offsets.forEach(collector::add);
        return collector.take();
    }
}
