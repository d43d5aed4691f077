package io.tailrace.cluster.group;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The description of a group as bytes, with the parts of {@link GroupBytes}.
 *
 * <pre>
 *   group string, state int8, generation int32, has assignor bool, assignor int8 if so, count int32, then of each member: id, client id
 *   string, instance id optional, node string, attached bool, owned of topics, target of topics; offsets of topics
 * </pre>
 */
final class DescriptionBytes {
    private static final List<GroupState> STATES = List.of(GroupState.EMPTY, GroupState.STABLE, GroupState.RECONCILING);

    private DescriptionBytes() {}

    static void state(FieldWriter out, GroupState state) {
        out.oneOf(STATES, state);
    }

    static GroupState state(FieldReader in) {
        return in.oneOf(STATES);
    }

    static void write(FieldWriter out, GroupDescription group) {
        Assignor assignor = group.assignor();
        out.string(group.group());
        state(out, group.state());
        out.int32(group.generation()).bool(assignor != null);
        if (assignor != null) {
            GroupBytes.assignor(out, assignor);
        }
        out.int32(group.members().size());
        group.members().forEach(member -> {
            out.string(member.memberId()).string(member.clientId());
            GroupBytes.optional(out, member.instanceId());
            out.string(member.node()).bool(member.attached());
            partitions(out, member.owned());
            partitions(out, member.target());
        });
        GroupBytes.ofTopics(out, group.offsets(), GroupBytes::offset);
    }

    static GroupDescription read(FieldReader in) {
        String name = in.string();
        GroupState state = state(in);
        int generation = in.count();
        Assignor assignor = in.bool() ? GroupBytes.assignor(in) : null;
        List<GroupDescription.Member> members = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            members.add(new GroupDescription.Member(
                    in.string(),
                    in.string(),
                    GroupBytes.optional(in),
                    in.string(),
                    in.bool(),
                    partitions(in),
                    partitions(in)));
        }
        return new GroupDescription(
                name, state, generation, assignor, members, GroupBytes.ofTopics(in, GroupBytes::offset));
    }

    private static void partitions(FieldWriter out, Set<TopicPartitionId> partitions) {
        Map<TopicPartitionId, Boolean> each = new HashMap<>();
        partitions.forEach(partition -> each.put(partition, true));
        GroupBytes.ofTopics(out, each, (to, nothing) -> {});
    }

    private static Set<TopicPartitionId> partitions(FieldReader in) {
        return new HashSet<>(GroupBytes.ofTopics(in, from -> true).keySet());
    }
}
