package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a member hears from the coordinator. */
sealed interface MemberMessage extends MemberActor.Command {
    /**
     * All that the member has, and not only what is new: so a word that is lost is made up for by the next one.
     *
     * @param generation the group's; what is older than what the member knows already says nothing
     * @param owned with the generation in which each was dealt to it
     * @param revoked what of it it is to give back
     * @param details of what it may not know yet; there may be more of them in another word
     */
    record Told(int generation, Map<TopicPartitionId, Integer> owned, Set<PartitionId> revoked, List<Assigned> details)
            implements MemberMessage {
        /** Takes a copy. */
        public Told {
            owned = Map.copyOf(owned);
            revoked = Set.copyOf(revoked);
            details = List.copyOf(details);
        }
    }

    /** A commit is stored, but for what is not the member's. */
    record Committed(long number, List<PartitionId> stale) implements MemberMessage {
        /** Takes a copy. */
        public Committed {
            stale = List.copyOf(stale);
        }
    }

    /** A commit is not stored, or perhaps is. */
    record NotCommitted(long number, ErrorCode code, String message) implements MemberMessage {}

    /** It is no member, or no more. */
    record Ended(ErrorCode code, String message) implements MemberMessage {}
}
