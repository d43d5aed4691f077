package io.tailrace.cluster.group;

import io.tailrace.cluster.group.MemberMessage.Told;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A member that is there, and what it was told. What it is to give back it is told once, and it stays so until it has given it back, even if
 * it could keep it after all: it may have stopped already.
 */
final class Attendance {
    /** Of metadata in one word; there may be more of it than fits into a frame. */
    private static final int MAX_METADATA = 256 << 10;
    /** Partitions of which one word says how far they were read. */
    private static final int MAX_DETAILS = 2000;

    private final ActorRef<MemberMessage> member;
    private Map<TopicPartitionId, Integer> told = Map.of();
    private Map<PartitionId, Integer> revoked = Map.of();
    private int generation;

    Attendance(ActorRef<MemberMessage> member) {
        this.member = member;
    }

    ActorRef<MemberMessage> member() {
        return member;
    }

    /** Whether the member lacks a word. */
    boolean isBehind(int known) {
        return known < generation;
    }

    /** It is to hear everything. */
    void forget() {
        told = Map.of();
        generation = 0;
    }

    /**
     * What the member is to give back, and was not told so yet: it hears that next.
     *
     * @param unwanted what of it somebody else is to have, with the generation in which it was dealt to it
     */
    Map<PartitionId, Integer> revoke(Map<TopicPartitionId, Integer> owned, Map<PartitionId, Integer> unwanted) {
        Map<PartitionId, Integer> all = new HashMap<>();
        Map<PartitionId, Integer> fresh = new HashMap<>();
        owned.forEach((partition, dealt) -> {
            if (dealt.equals(revoked.get(partition.id()))) {
                all.put(partition.id(), dealt);
            } else if (dealt.equals(unwanted.get(partition.id()))) {
                all.put(partition.id(), dealt);
                fresh.put(partition.id(), dealt);
            }
        });
        revoked = all;
        return fresh;
    }

    /** Tells the member what it has, if that is news. */
    void tell(Group group, Map<TopicPartitionId, Integer> owned, boolean revokedMore) {
        if (generation > 0 && owned.equals(told) && !revokedMore) {
            return;
        }
        Map<TopicPartitionId, Integer> before = told;
        Set<PartitionId> back = new HashSet<>(revoked.keySet());
        List<Assigned> details = new ArrayList<>();
        int metadata = 0;
        for (Map.Entry<TopicPartitionId, Integer> entry : owned.entrySet()) {
            if (entry.getValue().equals(before.get(entry.getKey()))) {
                continue;
            }
            CommittedOffset committed = group.offsets().get(entry.getKey());
            if (metadata > MAX_METADATA || details.size() >= MAX_DETAILS) {
                member.tell(new Told(group.generation(), owned, back, details));
                details = new ArrayList<>();
                metadata = 0;
            }
            metadata += committed == null ? 0 : committed.metadata().length();
            details.add(new Assigned(entry.getKey(), entry.getValue(), committed));
        }
        member.tell(new Told(group.generation(), owned, back, details));
        told = owned;
        generation = group.generation();
    }
}
