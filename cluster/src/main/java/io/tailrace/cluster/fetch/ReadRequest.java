package io.tailrace.cluster.fetch;

import io.tailrace.engine.partition.PartitionId;

/** What a reader asks of a replica on another node. Each request but a {@link Close} is answered once. */
sealed interface ReadRequest {
    /** Names the reader within its session, so that the replica's node can go on where it stopped. */
    long reader();

    /** {@link io.tailrace.cluster.placement.PartitionReader#fetch}. */
    record Fetch(long reader, PartitionId partition, long offset, int maxBytes) implements ReadRequest {}

    /** {@link io.tailrace.cluster.placement.PartitionReader#offsets}. */
    record Offsets(long reader, PartitionId partition) implements ReadRequest {}

    /** {@link io.tailrace.cluster.placement.PartitionReader#offsetForTime}. */
    record OffsetForTime(long reader, PartitionId partition, long timestampMillis) implements ReadRequest {}

    /** The reader asks no more. */
    record Close(long reader) implements ReadRequest {}
}
