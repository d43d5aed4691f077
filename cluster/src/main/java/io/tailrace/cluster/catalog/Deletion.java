package io.tailrace.cluster.catalog;

import java.util.UUID;
import org.pcollections.HashTreePSet;
import org.pcollections.PSet;

/**
 * A topic that is gone for everybody, whose files are not all gone yet.
 *
 * @param gone the nodes that have none of them any more
 */
public record Deletion(Topic topic, PSet<UUID> gone) {
    /** No node has said anything yet. */
    static Deletion of(Topic topic) {
        return new Deletion(topic, HashTreePSet.empty());
    }

    Deletion without(UUID nodeId) {
        return new Deletion(topic, gone.plus(nodeId));
    }
}
