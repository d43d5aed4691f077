package io.tailrace.streams;

import io.tailrace.streams.ConsumerMessage.CommittableOffsetMetadata;
import io.tailrace.streams.ConsumerMessage.PartitionOffset;

/** The place of one record that was emitted; there is one for each, so it is small. */
final class EmittedOffset implements CommittableOffsetMetadata {
    private final OwnedPartition owned;
    private final long offset;
    private final int leaderEpoch;
    private final String metadata;

    EmittedOffset(OwnedPartition owned, long offset, int leaderEpoch, String metadata) {
        this.owned = owned;
        this.offset = offset;
        this.leaderEpoch = leaderEpoch;
        this.metadata = metadata;
    }

    OwnedPartition owned() {
        return owned;
    }

    /** What is committed: the offset of the next record to read. */
    long position() {
        return offset + 1;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public PartitionOffset partitionOffset() {
        return new PartitionOffset(owned.key(), offset);
    }

    @Override
    public boolean isCommitted() {
        return owned.isCommitted(position());
    }

    @Override
    public String metadata() {
        return metadata;
    }

    @Override
    public long batchSize() {
        return 1;
    }

    @Override
    public String toString() {
        return owned.key().topicPartition() + "@" + offset;
    }
}
