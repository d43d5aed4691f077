package io.tailrace.cluster.group;

import io.tailrace.cluster.group.GroupEvent.GroupDeleted;
import io.tailrace.cluster.group.GroupEvent.MemberJoined;
import io.tailrace.cluster.group.GroupEvent.MemberLeft;
import io.tailrace.cluster.group.GroupEvent.MemberReplaced;
import io.tailrace.cluster.group.GroupEvent.OffsetsCommitted;
import io.tailrace.cluster.group.GroupEvent.OffsetsForgotten;
import io.tailrace.cluster.group.GroupEvent.OffsetsReset;
import io.tailrace.cluster.group.GroupEvent.PartitionsDealt;
import io.tailrace.cluster.group.GroupEvent.PartitionsReleased;
import io.tailrace.cluster.group.GroupEvent.TopicForgotten;
import io.tailrace.engine.partition.PartitionId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * One group at one moment: all of it that survives. Immutable, and a function of its events alone.
 *
 * @param generation grows by one with each event that changes members or owners
 * @param assignor {@code null} while it never had a member
 * @param members by their ids
 * @param owners whose each partition is that is somebody's
 * @param offsets what is committed
 * @param weight about as many bytes as it takes in a snapshot, and more
 * @param leftAtMillis when a member last went, milliseconds since 1970; 0 if none ever did
 */
record Group(
        String name,
        int generation,
        @Nullable Assignor assignor,
        PMap<String, GroupMember> members,
        PMap<PartitionId, Owner> owners,
        PMap<TopicPartitionId, CommittedOffset> offsets,
        long weight,
        long leftAtMillis) {
    private static final int BYTES = 64;
    private static final int BYTES_OF_OFFSET = 48;

    static Group empty(String name) {
        return new Group(
                name,
                0,
                null,
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                HashTreePMap.empty(),
                BYTES + 2L * name.length(),
                0);
    }

    static long weight(CommittedOffset offset) {
        return BYTES_OF_OFFSET + 2L * offset.metadata().length();
    }

    /** The member of that instance id, or {@code null}. */
    @Nullable
    GroupMember instance(String instanceId) {
        return members.values().stream()
                .filter(member -> instanceId.equals(member.instanceId()))
                .findFirst()
                .orElse(null);
    }

    /** In the order in which they joined. */
    List<GroupMember> membersInOrder() {
        return members.values().stream()
                .sorted(Comparator.comparingInt(GroupMember::joined).thenComparing(GroupMember::memberId))
                .toList();
    }

    /** What each member has, with the generation in which each was dealt to it. */
    Map<String, Map<TopicPartitionId, Integer>> owned() {
        Map<String, Map<TopicPartitionId, Integer>> owned = new HashMap<>();
        owners.forEach((partition, owner) -> owned.computeIfAbsent(owner.memberId(), none -> new HashMap<>())
                .put(new TopicPartitionId(owner.topic(), partition), owner.generation()));
        return owned;
    }

    /** Since when nobody uses it, milliseconds since 1970; {@link Long#MAX_VALUE} while it has members. */
    long unusedSinceMillis() {
        return members.isEmpty()
                ? offsets.values().stream()
                        .mapToLong(CommittedOffset::committedAtMillis)
                        .reduce(leftAtMillis, Math::max)
                : Long.MAX_VALUE;
    }

    /** The state after an event of this group's that does not end it. */
    Group apply(GroupEvent event) {
        if (event instanceof OffsetsCommitted committed) {
            return withOffsets(committed.offsets());
        }
        if (event instanceof OffsetsReset reset) {
            return withOffsets(reset.offsets());
        }
        if (event instanceof OffsetsForgotten forgotten) {
            Set<PartitionId> gone = new HashSet<>(forgotten.partitions());
            return withoutOffsets(partition -> gone.contains(partition.id()));
        }
        if (event instanceof TopicForgotten topic) {
            return withoutOffsets(partition -> partition.id().topicId().equals(topic.topicId()))
                    .withOwners(topic.generation(), owners.minusAll(owned(partition -> partition
                            .topicId()
                            .equals(topic.topicId()))));
        }
        if (event instanceof PartitionsReleased released) {
            return withOwners(released.generation(), owners.minusAll(released.partitions()));
        }
        if (event instanceof PartitionsDealt dealt) {
            Map<PartitionId, Owner> more = new HashMap<>();
            dealt.partitions()
                    .forEach(partition -> more.put(
                            partition.id(), new Owner(partition.topic(), dealt.memberId(), dealt.generation())));
            return withOwners(dealt.generation(), owners.plusAll(more));
        }
        return applyToMembers(event);
    }

    private Group applyToMembers(GroupEvent event) {
        if (event instanceof MemberJoined joined) {
            return new Group(
                    name,
                    joined.generation(),
                    joined.assignor(),
                    members.plus(joined.member().memberId(), joined.member()),
                    owners,
                    offsets,
                    weight + joined.member().weight(),
                    leftAtMillis);
        }
        if (event instanceof MemberReplaced replaced) {
            String id = replaced.member().memberId();
            Map<PartitionId, Owner> taken = new HashMap<>();
            owners.forEach((partition, owner) -> {
                if (owner.memberId().equals(replaced.replaced())) {
                    taken.put(partition, new Owner(owner.topic(), id, replaced.generation()));
                }
            });
            Group without = withoutMember(replaced.replaced());
            return new Group(
                    name,
                    replaced.generation(),
                    assignor,
                    without.members.plus(id, replaced.member()),
                    owners.plusAll(taken),
                    offsets,
                    without.weight + replaced.member().weight(),
                    leftAtMillis);
        }
        if (event instanceof MemberLeft left) {
            Set<PartitionId> had = new HashSet<>();
            owners.forEach((partition, owner) -> {
                if (owner.memberId().equals(left.memberId())) {
                    had.add(partition);
                }
            });
            Group without = withoutMember(left.memberId()).withOwners(left.generation(), owners.minusAll(had));
            return new Group(
                    name,
                    without.generation,
                    assignor,
                    without.members,
                    without.owners,
                    offsets,
                    without.weight,
                    left.atMillis());
        }
        if (event instanceof GroupDeleted) {
            throw new IllegalArgumentException("What is deleted has no state.");
        }
        throw new IllegalArgumentException("No event of a group: " + event);
    }

    private Set<PartitionId> owned(Predicate<PartitionId> which) {
        Set<PartitionId> found = new HashSet<>(owners.keySet());
        found.removeIf(which.negate());
        return found;
    }

    private Group withoutMember(String memberId) {
        GroupMember member = members.get(memberId);
        return member == null
                ? this
                : new Group(
                        name,
                        generation,
                        assignor,
                        members.minus(memberId),
                        owners,
                        offsets,
                        weight - member.weight(),
                        leftAtMillis);
    }

    private Group withOwners(int inGeneration, PMap<PartitionId, Owner> all) {
        return new Group(name, inGeneration, assignor, members, all, offsets, weight, leftAtMillis);
    }

    private Group withOffsets(Map<TopicPartitionId, CommittedOffset> more) {
        long after = weight;
        for (Map.Entry<TopicPartitionId, CommittedOffset> entry : more.entrySet()) {
            CommittedOffset before = offsets.get(entry.getKey());
            after += weight(entry.getValue()) - (before == null ? 0 : weight(before));
        }
        return new Group(name, generation, assignor, members, owners, offsets.plusAll(more), after, leftAtMillis);
    }

    private Group withoutOffsets(Predicate<TopicPartitionId> which) {
        long after = weight;
        Set<TopicPartitionId> gone = new HashSet<>();
        for (Map.Entry<TopicPartitionId, CommittedOffset> entry : offsets.entrySet()) {
            if (which.test(entry.getKey())) {
                gone.add(entry.getKey());
                after -= weight(entry.getValue());
            }
        }
        return new Group(name, generation, assignor, members, owners, offsets.minusAll(gone), after, leftAtMillis);
    }
}
