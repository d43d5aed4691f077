package io.tailrace.cluster.group;

import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * Consumer groups. Every answer that fails does so with a {@link io.tailrace.engine.error.TailraceException} of the codes named, or
 * COORDINATOR_UNAVAILABLE where the coordinator did not answer a question (CLOSED if the node was closed), or OUTCOME_UNKNOWN where it did not answer a change. The stages
 * complete on an actor's thread, so do not block in what follows them.
 */
public interface Groups {
    /**
     * Becomes a member of a group, until {@link GroupMembership#leave} or the end of this node. Nothing is waited for: the listener hears what
     * comes of it.
     */
    GroupMembership join(GroupJoin join, GroupListener listener);

    /** All groups, by name. */
    CompletionStage<List<GroupSummary>> list();

    /** One group. Fails: INVALID_ARGUMENT, UNKNOWN_GROUP. */
    CompletionStage<GroupDescription> describe(String group);

    /**
     * Sets where a group goes on reading, durably before the answer: the one way in which a committed offset goes back.
     * Fails: INVALID_ARGUMENT, GROUP_ACTIVE while the group has members.
     *
     * @param offsets the offset of the next record to read, for each partition to be changed; a group that is not there comes to be
     */
    CompletionStage<GroupDescription> resetOffsets(String group, Map<PartitionId, Long> offsets);

    /** Forgets a group and its offsets. Fails: UNKNOWN_GROUP, GROUP_ACTIVE while it has members. */
    CompletionStage<Done> delete(String group);

    /** Forgets what a group has committed of these partitions. Fails: UNKNOWN_GROUP, GROUP_ACTIVE while it has members. */
    CompletionStage<Done> deleteOffsets(String group, List<PartitionId> partitions);

    /**
     * Puts a member out of its group, as if its node had died.
     * Fails: UNKNOWN_GROUP, INVALID_ARGUMENT if there is no such member.
     */
    CompletionStage<Done> removeMember(String group, String memberId);
}
