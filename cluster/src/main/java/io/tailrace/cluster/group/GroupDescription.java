package io.tailrace.cluster.group;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a group.
 *
 * @param group its name
 * @param state what it is up to
 * @param generation grows with every change of members or owners
 * @param assignor how its partitions are dealt out, {@code null} while it never had a member
 * @param members in the order in which they joined
 * @param offsets what is committed, of partitions nobody reads any more too
 */
public record GroupDescription(
        String group,
        GroupState state,
        int generation,
        @Nullable Assignor assignor,
        List<Member> members,
        Map<TopicPartitionId, CommittedOffset> offsets) {

    /**
     * A member.
     *
     * @param memberId its id
     * @param clientId what its application calls itself, perhaps empty
     * @param instanceId of a static member, else {@code null}
     * @param node the name of the node that it lives on, as far as it is known
     * @param attached whether it is there; a static one may be away for a while
     * @param owned what it has
     * @param target what it is to have
     */
    public record Member(
            String memberId,
            String clientId,
            @Nullable String instanceId,
            String node,
            boolean attached,
            Set<TopicPartitionId> owned,
            Set<TopicPartitionId> target) {}
}
