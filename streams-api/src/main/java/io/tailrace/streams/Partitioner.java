package io.tailrace.streams;

import org.jspecify.annotations.Nullable;

/** Chooses the partition of a record that names none. Called on the producer's thread; it must not block. */
@FunctionalInterface
public interface Partitioner {
    /** The answer that leaves the choice to the producer: one partition per batch, then the next. */
    int ANY = -1;

    /** Kafka's own placement: murmur2 of the key's bytes, and {@link #ANY} without a key. */
    Partitioner DEFAULT =
            (topic, key, partitions) -> key == null ? ANY : (Murmur2.hash(key) & Integer.MAX_VALUE) % partitions;

    /**
     * The partition's number, or {@link #ANY}.
     *
     * @param topic the topic's name
     * @param key the serialized key, or {@code null}
     * @param partitions how many the topic has
     */
    int partition(String topic, byte @Nullable [] key, int partitions);
}
