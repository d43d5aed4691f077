package io.tailrace.streams.topology;

/**
 * A store that holds all of a topic, whatever the partition: every instance of the application has a copy of its own, which any processor may look values up in,
 * and only the store's own processor changes. Its nodes belong to no sub-topology and no task.
 *
 * @param store its name
 * @param topic that is read into it, from its beginning, by every instance
 * @param source the name of the node that reads the topic
 * @param processor the name of the node that keeps the store
 */
public record GlobalStore(String store, String topic, String source, String processor) {}
