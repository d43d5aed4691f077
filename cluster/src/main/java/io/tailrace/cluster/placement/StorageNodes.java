package io.tailrace.cluster.placement;

import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The nodes of the cluster that can hold replicas, as this node sees them at the moment. */
public interface StorageNodes {
    /** Those that are members, whether they can be reached or not; in the order of their ids. */
    List<StorageNode> members();

    /** The ids of those that are up and can be reached. */
    Set<UUID> live();
}
