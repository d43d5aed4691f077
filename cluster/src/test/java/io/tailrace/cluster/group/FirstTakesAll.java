package io.tailrace.cluster.group;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** An application's assignor, as a node makes it: everything is for the first member that reads it. */
public final class FirstTakesAll implements PartitionAssignor {
    @Override
    public String name() {
        return "first";
    }

    @Override
    public Map<TopicPartitionId, String> assign(
            List<Member> members, List<TopicPartitionId> partitions, Map<TopicPartitionId, String> owners) {
        return partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> members.stream()
                .filter(member -> member.topics().contains(partition.topic()))
                .findFirst()
                .orElseThrow()
                .memberId()));
    }
}
