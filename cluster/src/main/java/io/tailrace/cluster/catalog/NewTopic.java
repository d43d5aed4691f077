package io.tailrace.cluster.catalog;

/**
 * A topic to be created.
 *
 * @param name {@code [a-zA-Z0-9._-]{1,249}}, not {@code .} or {@code ..}
 * @param partitions at least 1
 */
public record NewTopic(String name, int partitions, TopicSettings settings) {
    /** With the default settings. */
    public static NewTopic of(String name, int partitions) {
        return new NewTopic(name, partitions, TopicSettings.DEFAULT);
    }

    /** The same with other settings. */
    public NewTopic withSettings(TopicSettings settings) {
        return new NewTopic(name, partitions, settings);
    }
}
