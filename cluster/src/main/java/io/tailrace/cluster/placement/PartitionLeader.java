package io.tailrace.cluster.placement;

import java.util.concurrent.CompletionStage;

/** What readers ask about, and of, who leads a partition. */
interface PartitionLeader {
    /** The id of the node that it leads on, as far as is known here; asked for if it is not. Fails: PARTITION_UNAVAILABLE, CLOSED, UNKNOWN_TOPIC. */
    CompletionStage<String> node();

    /** What it has committed, confirmed by a quorum. Fails the same way. */
    CompletionStage<OffsetRange> offsets();

    /** That node did not serve as its leader should: who leads is asked anew. */
    void forgetAt(String nodeId);
}
