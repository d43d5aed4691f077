package io.tailrace.cluster.group;

import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What somebody wants to be changed. {@link GroupRules} decides what comes of it. */
sealed interface GroupOp {
    /** The group's name; {@code null} for what concerns all of them. */
    @Nullable
    String group();

    record Join(String group, GroupMember member, Assignor assignor) implements GroupOp {}

    /** By itself, or since it is taken for dead. */
    record Leave(String group, String memberId) implements GroupOp {}

    /** Somebody else may have these, each if it is still the member's in that generation. */
    record Release(String group, String memberId, Map<PartitionId, Integer> partitions) implements GroupOp {}

    record Commit(String group, String memberId, List<GroupMembership.Commit> commits) implements GroupOp {}

    record Reset(String group, Map<PartitionId, Long> offsets) implements GroupOp {}

    record Delete(String group) implements GroupOp {}

    record DeleteOffsets(String group, List<PartitionId> partitions) implements GroupOp {}

    record RemoveMember(String group, String memberId) implements GroupOp {}

    /** What nobody has used for long goes. */
    record Expire() implements GroupOp {
        @Override
        public @Nullable String group() {
            return null;
        }
    }

    /** There are other topics than before. */
    record TopicsChanged() implements GroupOp {
        @Override
        public @Nullable String group() {
            return null;
        }
    }
}
