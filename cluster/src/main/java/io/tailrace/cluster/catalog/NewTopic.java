package io.tailrace.cluster.catalog;

/**
 * A topic to be created.
 *
 * @param name {@code [a-zA-Z0-9._-]{1,249}}, not {@code .} or {@code ..}
 * @param partitions at least 1
 * @param replicas how many nodes hold each partition; {@link #DEFAULT_REPLICAS} for 3 in a cluster of at least three nodes, else 1
 */
public record NewTopic(String name, int partitions, int replicas, TopicSettings settings) {
    /** As many replicas as the cluster gives to a topic that does not say. */
    public static final int DEFAULT_REPLICAS = 0;

    /** With the default settings and the default number of replicas. */
    public static NewTopic of(String name, int partitions) {
        return new NewTopic(name, partitions, DEFAULT_REPLICAS, TopicSettings.DEFAULT);
    }

    /** The same with other settings. */
    public NewTopic withSettings(TopicSettings settings) {
        return new NewTopic(name, partitions, replicas, settings);
    }

    /** The same on so many nodes. */
    public NewTopic withReplicas(int replicas) {
        return new NewTopic(name, partitions, replicas, settings);
    }
}
