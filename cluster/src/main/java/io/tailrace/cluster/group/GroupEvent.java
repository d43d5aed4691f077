package io.tailrace.cluster.group;

import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What happened to a group. Where there is a generation, it is the group's from then on. Stored as {@link GroupFormat} says, so a change
 * here is a change of format.
 */
sealed interface GroupEvent {
    /** The group's name. */
    String group();

    /** Somebody is a member; the first one brings the assignor. */
    record MemberJoined(String group, int generation, GroupMember member, Assignor assignor) implements GroupEvent {}

    /** Another has come in the place of a static member, and has what that one had. */
    record MemberReplaced(String group, int generation, String replaced, GroupMember member) implements GroupEvent {}

    /** A member is none any more; what it had is nobody's. The time is that of the coordinator, milliseconds since 1970. */
    record MemberLeft(String group, int generation, String memberId, long atMillis) implements GroupEvent {}

    /** These partitions are that member's. They were nobody's. */
    record PartitionsDealt(String group, int generation, String memberId, List<TopicPartitionId> partitions)
            implements GroupEvent {
        /** Takes a copy. */
        public PartitionsDealt {
            partitions = List.copyOf(partitions);
        }
    }

    /** These partitions are nobody's: given back, or taken away. */
    record PartitionsReleased(String group, int generation, List<PartitionId> partitions) implements GroupEvent {
        /** Takes a copy. */
        public PartitionsReleased {
            partitions = List.copyOf(partitions);
        }
    }

    /** Their owners have read so far. */
    record OffsetsCommitted(String group, Map<TopicPartitionId, CommittedOffset> offsets) implements GroupEvent {
        /** Takes a copy. */
        public OffsetsCommitted {
            offsets = Map.copyOf(offsets);
        }
    }

    /** Somebody has decided where to go on reading. */
    record OffsetsReset(String group, Map<TopicPartitionId, CommittedOffset> offsets) implements GroupEvent {
        /** Takes a copy. */
        public OffsetsReset {
            offsets = Map.copyOf(offsets);
        }
    }

    /** What was committed of these partitions is forgotten. */
    record OffsetsForgotten(String group, List<PartitionId> partitions) implements GroupEvent {
        /** Takes a copy. */
        public OffsetsForgotten {
            partitions = List.copyOf(partitions);
        }
    }

    /** A topic was deleted: nobody has anything of it, and nothing of it is committed. */
    record TopicForgotten(String group, int generation, UUID topicId) implements GroupEvent {}

    /** The group is no more. */
    record GroupDeleted(String group) implements GroupEvent {}
}
