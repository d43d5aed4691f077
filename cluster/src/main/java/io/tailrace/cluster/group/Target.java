package io.tailrace.cluster.group;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who is to have which partition of a group. A function of the group and the topics alone: it is not stored, and a coordinator that has
 * just recovered finds the same.
 */
final class Target {
    private final Map<PartitionId, String> members;
    private final Map<String, Set<TopicPartitionId>> partitions;

    private Target(Map<PartitionId, String> members, Map<String, Set<TopicPartitionId>> partitions) {
        this.members = members;
        this.partitions = partitions;
    }

    static Target of(Group group, Topology topology) {
        Assignor assignor = group.assignor();
        if (group.members().isEmpty() || assignor == null) {
            return new Target(Map.of(), Map.of());
        }
        Topology.Resolver resolver = topology.resolver();
        List<PartitionAssignor.Member> members = group.membersInOrder().stream()
                .map(member -> new PartitionAssignor.Member(
                        member.memberId(),
                        member.clientId(),
                        member.instanceId(),
                        member.node(),
                        resolver.topics(member.subscription())))
                .toList();
        SortedMap<String, Topic> topics = new TreeMap<>();
        for (PartitionAssignor.Member member : members) {
            for (String name : member.topics()) {
                Topic topic = topology.find(name);
                if (topic != null) {
                    topics.put(name, topic);
                }
            }
        }
        List<TopicPartitionId> all = new ArrayList<>();
        topics.forEach((name, topic) -> {
            for (int number = 0; number < topic.partitions(); number++) {
                all.add(new TopicPartitionId(name, topic.partition(number)));
            }
        });
        return of(topology.assignors().assign(assignor, members, all, group.owners()));
    }

    private static Target of(Map<TopicPartitionId, String> assigned) {
        Map<PartitionId, String> members = new HashMap<>();
        Map<String, Set<TopicPartitionId>> partitions = new HashMap<>();
        assigned.forEach((partition, member) -> {
            members.put(partition.id(), member);
            partitions.computeIfAbsent(member, none -> new HashSet<>()).add(partition);
        });
        return new Target(members, partitions);
    }

    /** What a member is to have. */
    Set<TopicPartitionId> of(String memberId) {
        return partitions.getOrDefault(memberId, Set.of());
    }

    /** Whether that partition is where it is to be. */
    boolean is(PartitionId partition, Owner owner) {
        return owner.memberId().equals(members.get(partition));
    }

    /** Whether everything is where it is to be. */
    boolean isReached(Group group) {
        return group.owners().size() == members.size()
                && group.owners().entrySet().stream().allMatch(entry -> is(entry.getKey(), entry.getValue()));
    }

    /** What a group is up to. */
    GroupState state(Group group) {
        if (group.members().isEmpty()) {
            return GroupState.EMPTY;
        }
        return isReached(group) ? GroupState.STABLE : GroupState.RECONCILING;
    }
}
