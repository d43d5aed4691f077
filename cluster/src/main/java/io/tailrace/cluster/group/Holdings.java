package io.tailrace.cluster.group;

import io.tailrace.cluster.group.MemberMessage.Told;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a member has, as far as it has heard, and what it has to be told of it: the coordinator says what is, this finds what is news.
 * Belongs to one thread.
 */
final class Holdings {
    /** Until the coordinator says that what was released is the member's no more. */
    private final Map<PartitionId, Integer> releasing = new HashMap<>();

    private final Map<PartitionId, Held> held = new HashMap<>();
    private int generation;
    private boolean isComplete;

    private static final class Held {
        private final TopicPartitionId partition;
        private final int generation;
        private boolean revoked;

        Held(TopicPartitionId partition, int generation) {
            this.partition = partition;
            this.generation = generation;
        }
    }

    /** What is to be heard of a word, in this order. */
    record News(Set<TopicPartitionId> lost, List<Assigned> assigned, Set<TopicPartitionId> revoked) {
        static final News NONE = new News(Set.of(), List.of(), Set.of());
    }

    /** What is new in what was told. */
    News learn(Told told) {
        if (told.generation() < generation) {
            return News.NONE;
        }
        generation = told.generation();
        Map<PartitionId, Integer> owned = new HashMap<>();
        told.owned().forEach((partition, dealt) -> owned.put(partition.id(), dealt));
        releasing.entrySet().removeIf(entry -> !entry.getValue().equals(owned.get(entry.getKey())));
        Set<TopicPartitionId> lost = new HashSet<>();
        held.forEach((partition, has) -> {
            if (!Integer.valueOf(has.generation).equals(owned.get(partition))) {
                lost.add(has.partition);
            }
        });
        lost.forEach(partition -> held.remove(partition.id()));
        List<Assigned> assigned = new ArrayList<>();
        for (Assigned each : told.details()) {
            PartitionId partition = each.partition().id();
            if (!held.containsKey(partition) && !releasing.containsKey(partition)) {
                held.put(partition, new Held(each.partition(), each.generation()));
                assigned.add(each);
            }
        }
        isComplete = owned.keySet().stream()
                .allMatch(partition -> held.containsKey(partition) || releasing.containsKey(partition));
        Set<TopicPartitionId> revoked = new HashSet<>();
        for (PartitionId partition : told.revoked()) {
            Held has = held.get(partition);
            if (has != null && !has.revoked) {
                has.revoked = true;
                revoked.add(has.partition);
            }
        }
        return new News(lost, assigned, revoked);
    }

    /** The generation in which a partition was dealt to the member, {@code null} if it does not have it. */
    @Nullable
    Integer generationOf(PartitionId partition) {
        Held has = held.get(partition);
        return has == null ? null : Integer.valueOf(has.generation);
    }

    /** Gives back what of these it has; whether that is anything. */
    boolean release(Set<PartitionId> partitions) {
        boolean any = false;
        for (PartitionId partition : partitions) {
            Held has = held.remove(partition);
            if (has != null) {
                releasing.put(partition, has.generation);
                any = true;
            }
        }
        return any;
    }

    /** What was given back, and may not have been heard yet. */
    Map<PartitionId, Integer> releasing() {
        return Map.copyOf(releasing);
    }

    /** What the coordinator is to take as known: 0 if something is missing. */
    int knownGeneration() {
        return isComplete ? generation : 0;
    }
}
