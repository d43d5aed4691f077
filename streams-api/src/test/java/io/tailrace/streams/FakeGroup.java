package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.group.Assigned;
import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupJoin;
import io.tailrace.cluster.group.GroupMembership.Commit;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One group: a partition has one owner at most, and gets the next only when that one has released it, lost it or left. Not thread-safe. */
final class FakeGroup {
    private record Ownership(FakeGroups.Member owner, int generation) {}

    private final List<FakeGroups.Member> members = new ArrayList<>();
    private final Map<PartitionId, Ownership> owners = new HashMap<>();
    private final Set<PartitionId> revoking = new HashSet<>();
    private final Map<PartitionId, CommittedOffset> committed = new HashMap<>();
    private final Map<PartitionId, TopicPartitionId> names = new HashMap<>();
    private int generation;

    /** Whether that is further on or back. */
    void reset(PartitionId partition, long offset) {
        committed.put(partition, new CommittedOffset(offset, -1, "", 1));
    }

    long committed(PartitionId partition) {
        CommittedOffset offset = committed.get(partition);
        return offset == null ? -1 : offset.offset();
    }

    String metadata(PartitionId partition) {
        return committed.get(partition).metadata();
    }

    int revoking() {
        return revoking.size();
    }

    Set<Integer> ownedBy(FakeGroups.Member member) {
        Set<Integer> owned = new TreeSet<>();
        owners.forEach((id, ownership) -> {
            if (ownership.owner() == member) {
                owned.add(id.partition());
            }
        });
        return owned;
    }

    void join(FakeGroups.Member member, Collection<Topic> topics) {
        members.add(member);
        reconcile(topics);
    }

    void leave(FakeGroups.Member member, Collection<Topic> topics) {
        members.remove(member);
        owners.entrySet().removeIf(entry -> {
            boolean gone = entry.getValue().owner() == member;
            if (gone) {
                revoking.remove(entry.getKey());
            }
            return gone;
        });
        reconcile(topics);
    }

    void released(FakeGroups.Member member, Set<PartitionId> partitions, Collection<Topic> topics) {
        for (PartitionId partition : partitions) {
            Ownership ownership = owners.get(partition);
            if (ownership != null && ownership.owner() == member) {
                if (!revoking.contains(partition)) {
                    throw new AssertionError(partition + " was released though nobody wanted it.");
                }
                forget(partition);
            }
        }
        reconcile(topics);
    }

    void forget(PartitionId partition) {
        owners.remove(partition);
        revoking.remove(partition);
    }

    void takeAway(PartitionId partition) {
        FakeGroups.Member owner = owners.get(partition).owner();
        forget(partition);
        TopicPartitionId name = names.get(partition);
        owner.tell(listener -> listener.lost(Set.of(name)));
    }

    /** False if one of them is not the member's; the others are stored. */
    boolean commit(FakeGroups.Member member, List<Commit> commits) {
        boolean fresh = true;
        for (Commit commit : commits) {
            if (new Ownership(member, commit.generation()).equals(owners.get(commit.partition()))) {
                store(commit);
            } else {
                fresh = false;
            }
        }
        return fresh;
    }

    void store(Commit commit) {
        if (commit.offset() > committed(commit.partition())) {
            committed.put(
                    commit.partition(),
                    new CommittedOffset(commit.offset(), commit.leaderEpoch(), commit.metadata(), 1));
        }
    }

    void reconcile(Collection<Topic> topics) {
        Map<FakeGroups.Member, List<Assigned>> assigned = new LinkedHashMap<>();
        Map<FakeGroups.Member, Set<TopicPartitionId>> revoked = new LinkedHashMap<>();
        target(topics).forEach((partition, wanted) -> {
            Ownership ownership = owners.get(partition);
            if (ownership == null) {
                owners.put(partition, new Ownership(wanted, ++generation));
                assigned.computeIfAbsent(wanted, key -> new ArrayList<>())
                        .add(new Assigned(names.get(partition), generation, committed.get(partition)));
            } else if (ownership.owner() != wanted && revoking.add(partition)) {
                revoked.computeIfAbsent(ownership.owner(), key -> new HashSet<>())
                        .add(names.get(partition));
            }
        });
        assigned.forEach((member, partitions) -> member.tell(listener -> listener.assigned(partitions)));
        revoked.forEach((member, partitions) -> member.tell(listener -> listener.revoke(partitions)));
    }

    /** Balanced, and what need not move stays. */
    private Map<PartitionId, FakeGroups.Member> target(Collection<Topic> topics) {
        Map<PartitionId, FakeGroups.Member> target = new LinkedHashMap<>();
        if (members.isEmpty()) {
            return target;
        }
        List<PartitionId> all = partitions(topics);
        List<FakeGroups.Member> byOwned = new ArrayList<>(members);
        byOwned.sort(Comparator.comparingInt(member -> -ownedBy(member).size()));
        Map<FakeGroups.Member, Integer> room = new LinkedHashMap<>();
        int more = all.size() % members.size();
        for (FakeGroups.Member member : byOwned) {
            room.put(member, all.size() / members.size() + (more-- > 0 ? 1 : 0));
        }
        for (PartitionId partition : all) {
            Ownership ownership = owners.get(partition);
            if (ownership != null && room.get(ownership.owner()) > 0) {
                room.merge(ownership.owner(), -1, Integer::sum);
                target.put(partition, ownership.owner());
            }
        }
        for (PartitionId partition : all) {
            if (!target.containsKey(partition)) {
                FakeGroups.Member free = byOwned.stream()
                        .filter(member -> room.get(member) > 0)
                        .findFirst()
                        .orElseThrow();
                room.merge(free, -1, Integer::sum);
                target.put(partition, free);
            }
        }
        return target;
    }

    private List<PartitionId> partitions(Collection<Topic> topics) {
        List<PartitionId> all = new ArrayList<>();
        topics.stream()
                .filter(topic -> members.stream().anyMatch(member -> reads(member.join, topic.name())))
                .sorted(Comparator.comparing(Topic::name))
                .forEach(topic -> {
                    for (int number = 0; number < topic.partitions(); number++) {
                        PartitionId id = topic.partition(number);
                        names.put(id, new TopicPartitionId(topic.name(), id));
                        all.add(id);
                    }
                });
        return all;
    }

    private static boolean reads(GroupJoin join, String topic) {
        return join.subscription() instanceof GroupJoin.Names names
                ? names.topics().contains(topic)
                : topic.matches(((GroupJoin.Pattern) join.subscription()).regex());
    }
}
