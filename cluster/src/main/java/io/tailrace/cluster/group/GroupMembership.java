package io.tailrace.cluster.group;

import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** A member's side of its membership. Safe for use by many threads. */
public interface GroupMembership {
    /** The member's id: new with each {@link Groups#join}. */
    String memberId();

    /**
     * Commits, durably before the answer. An offset below the one that is committed already changes nothing. A commit whose outcome is not
     * known is sent again by the member itself while it has the partition: committing twice does no harm.
     * Fails with STALE_COMMIT, which names the partitions, if one of them was not dealt to this member in that generation or is not its any
     * more (the others are committed); MEMBER_FENCED, CLOSED, COORDINATOR_UNAVAILABLE, LIMIT_EXCEEDED.
     */
    CompletionStage<Done> commit(List<Commit> commits);

    /** Nothing of these partitions is in flight any more: somebody else may have them. Of a partition that it does not have it does nothing. */
    void released(Set<PartitionId> partitions);

    /**
     * Leaves: nothing is in flight any more, and what the member had goes to others at once; of a static member it stays for the session timeout,
     * for whoever comes under its name (KIP-345). Complete when that is stored, or cannot be; nothing is heard by the listener from the call on.
     */
    CompletionStage<Done> leave();

    /**
     * How far a partition was read.
     *
     * @param partition which
     * @param generation in which it was {@link Assigned}
     * @param offset of the next record to read
     * @param leaderEpoch of the record before it, -1 if that is not known
     * @param metadata perhaps empty
     */
    record Commit(PartitionId partition, int generation, long offset, int leaderEpoch, String metadata) {}
}
