package io.tailrace.cluster.placement;

import java.util.Comparator;
import java.util.UUID;

/**
 * A node that can hold replicas.
 *
 * @param id of its data directory
 * @param rack what it shares with the nodes that are likely to fail together with it; empty if that is not known
 */
public record StorageNode(UUID id, String rack) {
    /** As their texts are ordered, on every machine alike. */
    public static final Comparator<StorageNode> BY_ID =
            Comparator.comparing(node -> node.id().toString());

    /** Of a rack that is not known: taken for one of its own. */
    public static StorageNode of(UUID id) {
        return new StorageNode(id, "");
    }
}
