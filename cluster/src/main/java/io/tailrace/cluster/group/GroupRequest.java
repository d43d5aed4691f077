package io.tailrace.cluster.group;

import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What is said to the coordinator, wherever it is. All of it may be lost, and be said again: ids and generations make that harmless.
 */
sealed interface GroupRequest extends GroupCoordinator.Command {
    /** A member's; it says so until it hears of its group. */
    record Join(GroupJoin join, String memberId, String node, ActorRef<MemberMessage> member) implements GroupRequest {}

    /**
     * A member that has joined is there; said now and then, and at once when there is something to be given back.
     *
     * @param generation of the newest word that the member has of what it has, 0 if it wants to hear all of it
     * @param released what it gives back, with the generation in which it was dealt to it; said until it hears that this is no more its
     */
    record Here(
            String group,
            String memberId,
            int generation,
            Map<PartitionId, Integer> released,
            ActorRef<MemberMessage> member)
            implements GroupRequest {
        /** Takes a copy. */
        public Here {
            released = Map.copyOf(released);
        }
    }

    /**
     * How far a member has read.
     *
     * @param number of the member's: which commit the answer is about
     */
    record Commit(
            String group,
            String memberId,
            long number,
            List<GroupMembership.Commit> commits,
            ActorRef<MemberMessage> member)
            implements GroupRequest {
        /** Takes a copy. */
        public Commit {
            commits = List.copyOf(commits);
        }
    }

    /** A member leaves; answered with {@link MemberMessage.Ended}, too, if it is none. */
    record Leave(String group, String memberId, ActorRef<MemberMessage> member) implements GroupRequest {}

    /** Of somebody who is no member. */
    sealed interface Admin extends GroupRequest {
        /** Who hears the answer. */
        ActorRef<GroupReply> replyTo();
    }

    record ListGroups(ActorRef<GroupReply> replyTo) implements Admin {}

    record Describe(String group, ActorRef<GroupReply> replyTo) implements Admin {}

    record Reset(String group, Map<PartitionId, Long> offsets, ActorRef<GroupReply> replyTo) implements Admin {
        /** Takes a copy. */
        public Reset {
            offsets = Map.copyOf(offsets);
        }
    }

    record Delete(String group, ActorRef<GroupReply> replyTo) implements Admin {}

    record DeleteOffsets(String group, List<PartitionId> partitions, ActorRef<GroupReply> replyTo) implements Admin {
        /** Takes a copy. */
        public DeleteOffsets {
            partitions = List.copyOf(partitions);
        }
    }

    record RemoveMember(String group, String memberId, ActorRef<GroupReply> replyTo) implements Admin {}
}
