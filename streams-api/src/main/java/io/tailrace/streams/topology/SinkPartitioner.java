package io.tailrace.streams.topology;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Tells to which partition of a topic a record goes. The same key and value must always get the same answer. */
@FunctionalInterface
public interface SinkPartitioner<K, V> {
    /** A partition from 0; empty: the key decides, as with any producer. */
    OptionalInt partition(String topic, @Nullable K key, @Nullable V value, int partitions);
}
