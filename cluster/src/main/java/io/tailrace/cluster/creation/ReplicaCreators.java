package io.tailrace.cluster.creation;

import java.util.UUID;

/** The way to the {@link ReplicaCreator} of each node. */
public interface ReplicaCreators {
    /** Sends to that node's. What is sent may be lost, at the latest where no such node is up. */
    void tell(UUID nodeId, ReplicaCreator.Request message);
}
