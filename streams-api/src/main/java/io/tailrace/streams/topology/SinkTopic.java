package io.tailrace.streams.topology;

/** Tells to which topic a record goes. */
@FunctionalInterface
public interface SinkTopic<K, V> {
    /** The topic's name; it has to exist. */
    String of(StreamRecord<K, V> record);
}
