package io.tailrace.cluster.catalog;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Creates, finds, changes and deletes topics. Every answer that fails does so with a
 * {@link io.tailrace.engine.error.TailraceException} of the codes named, or CATALOG_UNAVAILABLE where the catalogue did not
 * answer a question (CLOSED if the node was closed), or OUTCOME_UNKNOWN where it did not answer a change. The stages complete on an actor's thread, so do not
 * block in what follows them.
 */
public interface Topics {
    /**
     * Creates a topic, durably before the answer, its replicas included.
     * Fails: INVALID_TOPIC_NAME, TOPIC_EXISTS, INVALID_SETTING, LIMIT_EXCEEDED, NOT_ENOUGH_NODES where fewer nodes are up than it is to
     * have replicas, or what keeps a node from making its replicas, such as DISK_FULL; then there is no such topic.
     */
    CompletionStage<Topic> create(NewTopic topic);

    /** All topics, sorted by name. */
    CompletionStage<List<Topic>> list();

    /** One topic. Fails: INVALID_TOPIC_NAME, UNKNOWN_TOPIC. */
    CompletionStage<Topic> describe(String name);

    /**
     * Changes a topic, durably before the answer; its partitions act on it within a second or so. New partitions change
     * where keys go from then on.
     * Fails: INVALID_TOPIC_NAME, UNKNOWN_TOPIC, INVALID_SETTING (fewer partitions than before included), CATALOG_UNAVAILABLE while
     * another change of it is under way, and for new partitions as {@link #create} does.
     */
    CompletionStage<Topic> alter(String name, TopicChange change);

    /**
     * Deletes a topic: its name is free, producers and consumers get UNKNOWN_TOPIC, its files go in the background.
     * Fails: INVALID_TOPIC_NAME, UNKNOWN_TOPIC.
     */
    CompletionStage<Topic> delete(String name);
}
