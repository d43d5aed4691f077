package io.tailrace.engine.partition;

import java.util.UUID;

/**
 * Which partition: the topic's id, never its name (a topic deleted and made again under its name is another topic), and the
 * partition's number.
 *
 * @param topicId the topic's id
 * @param partition from 0
 */
public record PartitionId(UUID topicId, int partition) {
    /** The form that names a directory and an entity: {@code <topic id>-<number>}. */
    public String text() {
        return topicId + "-" + partition;
    }

    /**
     * Reads {@link #text()} back.
     *
     * @throws IllegalArgumentException if it is not of that form
     */
    public static PartitionId parse(String text) {
        int dash = text.lastIndexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException("Not a partition id: " + text);
        }
        return new PartitionId(UUID.fromString(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
    }

    @Override
    public String toString() {
        return text();
    }
}
