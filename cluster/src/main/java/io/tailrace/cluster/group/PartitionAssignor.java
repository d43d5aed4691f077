package io.tailrace.cluster.group;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An application's own way to deal a group's partitions out, as Kafka's {@code group.consumer.assignors} (KIP-848). It runs on the
 * coordinator's node: its class is on the class path of every storage node, has a public constructor without parameters, and is listed in
 * {@code tailrace.groups.assignors}. A consumer names it by {@link Assignor}.
 *
 * <p>It is a function of what it is given and of nothing else: a coordinator that has just begun asks it again and has to get the same answer. It
 * does not block. Where it throws, or its answer is not possible, the group's partitions are dealt out uniformly, and the node's log says so.
 */
public interface PartitionAssignor {
    /** The name by which consumers ask for it; the same on all nodes. */
    String name();

    /**
     * Who is to have which partition.
     *
     * @param members in the order in which they joined
     * @param partitions all that members want to read, by topic and number
     * @param owners the ids of the members that have them now; what stays with its owner is not paused
     * @return the id of a member for each partition, one that reads its topic; a partition that is missing is nobody's
     */
    Map<TopicPartitionId, String> assign(
            List<Member> members, List<TopicPartitionId> partitions, Map<TopicPartitionId, String> owners);

    /**
     * A member.
     *
     * @param memberId its id
     * @param clientId what its application calls itself, perhaps empty
     * @param instanceId of a static member, else {@code null}
     * @param node the name of the node that it lives on
     * @param topics the names of the topics that it reads
     */
    record Member(
            String memberId, String clientId, @Nullable String instanceId, String node, Set<String> topics) {}
}
