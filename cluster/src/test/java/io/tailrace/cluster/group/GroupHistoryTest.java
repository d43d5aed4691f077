package io.tailrace.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random lives of two groups, of which a simple model knows what must hold. */
class GroupHistoryTest {
    private static final List<String> GROUPS = List.of("g0", "g1");

    private final GroupRules rules = new GroupRules(GroupWorld.LIMITS);
    private final Set<UUID> deleted = new HashSet<>();
    private final int[] partitions = {3, 5, 2};
    private final Map<String, List<String>> members = new HashMap<>();
    /** Whose each partition is, by the events: never two owners. */
    private final Map<String, Map<PartitionId, Owner>> owners = new HashMap<>();

    private final Map<String, Map<PartitionId, Long>> committed = new HashMap<>();
    private GroupTable table = GroupTable.EMPTY;
    private Topology topology = GroupWorld.topology();
    private int nextMember;
    private long now = 1000;

    private void topicsChange() {
        topology = GroupWorld.topology(
                        GroupWorld.topic(0, partitions[0]),
                        GroupWorld.topic(1, partitions[1]),
                        GroupWorld.topic(2, partitions[2]))
                .without(deleted);
    }

    private List<Outcome> play(GroupOp... ops) {
        Draft draft = new Draft(table, rules, topology, now++);
        for (GroupOp op : ops) {
            draft.add(op);
        }
        draft.finish();
        draft.events().forEach(this::watch);
        GroupTable after = table;
        for (GroupEvent event : draft.events()) {
            after = after.apply(event);
        }
        assertThat(after).isEqualTo(draft.ahead());
        table = after;
        assertThat(draft.outcomes()).hasSize(ops.length);
        return draft.outcomes();
    }

    private void watch(GroupEvent event) {
        Map<PartitionId, Owner> of = owners.computeIfAbsent(event.group(), none -> new HashMap<>());
        List<String> in = members.computeIfAbsent(event.group(), none -> new ArrayList<>());
        if (event instanceof GroupEvent.MemberJoined joined) {
            in.add(joined.member().memberId());
        } else if (event instanceof GroupEvent.MemberReplaced replaced) {
            assertThat(in.remove(replaced.replaced())).isTrue();
            in.add(replaced.member().memberId());
            of.replaceAll((partition, owner) -> owner.memberId().equals(replaced.replaced())
                    ? new Owner(owner.topic(), replaced.member().memberId(), replaced.generation())
                    : owner);
        } else if (event instanceof GroupEvent.MemberLeft left) {
            assertThat(in.remove(left.memberId())).isTrue();
            of.values().removeIf(owner -> owner.memberId().equals(left.memberId()));
        } else if (event instanceof GroupEvent.PartitionsReleased released) {
            assertThat(of.keySet()).containsAll(released.partitions());
            of.keySet().removeAll(released.partitions());
        } else if (event instanceof GroupEvent.TopicForgotten topic) {
            of.keySet().removeIf(partition -> partition.topicId().equals(topic.topicId()));
            committed.getOrDefault(event.group(), new HashMap<>()).keySet().removeIf(partition -> partition
                    .topicId()
                    .equals(topic.topicId()));
        } else if (event instanceof GroupEvent.PartitionsDealt dealt) {
            assertThat(in).contains(dealt.memberId());
            for (TopicPartitionId partition : dealt.partitions()) {
                Owner owner = new Owner(partition.topic(), dealt.memberId(), dealt.generation());
                assertThat(of.put(partition.id(), owner)).as("the owner before").isNull();
            }
        } else if (event instanceof GroupEvent.OffsetsCommitted offsets) {
            Map<PartitionId, Long> all = committed.computeIfAbsent(event.group(), none -> new HashMap<>());
            offsets.offsets().forEach((partition, offset) -> {
                Long before = all.put(partition.id(), offset.offset());
                assertThat(before == null || before <= offset.offset()).isTrue();
            });
        } else if (event instanceof GroupEvent.OffsetsReset reset) {
            Map<PartitionId, Long> all = committed.computeIfAbsent(event.group(), none -> new HashMap<>());
            reset.offsets().forEach((partition, offset) -> all.put(partition.id(), offset.offset()));
        }
    }

    private void check() {
        for (String name : GROUPS) {
            Group group = table.find(name);
            if (group != null) {
                assertThat(group.owners()).isEqualTo(owners.get(name));
                assertThat(group.members().keySet()).isEqualTo(new HashSet<>(members.get(name)));
                Map<PartitionId, Long> offsets = new HashMap<>();
                group.offsets().forEach((partition, offset) -> offsets.put(partition.id(), offset.offset()));
                assertThat(offsets).isEqualTo(committed.getOrDefault(name, Map.of()));
                // Nothing that could be with somebody is with nobody.
                assertThat(Draft.dealt(group, topology)).isEmpty();
            }
        }
        long weight = table.byName().values().stream().mapToLong(Group::weight).sum();
        assertThat(table.weight()).isEqualTo(weight);
        GroupFormat format = new GroupFormat();
        assertThat(format.fromBinary(format.toBinary(table), format.manifest(table)))
                .isEqualTo(table);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void neverTwoOwnersAndNoCommitGoesBack(long seed) {
        Random random = new Random(seed);
        topicsChange();
        for (int step = 0; step < 400; step++) {
            List<GroupOp> ops = new ArrayList<>();
            for (int more = random.nextInt(3); more >= 0; more--) {
                ops.add(something(random));
            }
            play(ops.toArray(new GroupOp[0]));
            check();
        }
        settle();
    }

    private GroupOp something(Random random) {
        String name = GROUPS.get(random.nextInt(GROUPS.size()));
        Group group = table.find(name);
        int what = random.nextInt(100);
        if (group == null || what < 15) {
            String instance = random.nextInt(3) == 0 ? "i" + random.nextInt(3) : null;
            nextMember++;
            return random.nextInt(3) == 0
                    ? GroupWorld.joining(name, "m" + nextMember, instance, "t0")
                    : GroupWorld.joining(name, "m" + nextMember, instance, "t0", "t1", "t2");
        }
        String member = anyOf(random, new ArrayList<>(group.members().keySet()), "nobody");
        if (what < 27) {
            return new GroupOp.Leave(name, member);
        }
        if (what < 60) {
            return new GroupOp.Release(name, member, unwanted(group, member, random));
        }
        if (what < 90) {
            return new GroupOp.Commit(name, member, commits(group, member, random));
        }
        if (what < 93) {
            partitions[random.nextInt(partitions.length)]++;
            topicsChange();
            return new GroupOp.TopicsChanged();
        }
        if (what == 93) {
            deleted.add(GroupWorld.topic(random.nextInt(3), 1).id());
            topicsChange();
            return new GroupOp.TopicsChanged();
        }
        Topic topic = GroupWorld.topic(random.nextInt(3), 2);
        return new GroupOp.Reset(name, Map.of(topic.partition(random.nextInt(2)), (long) random.nextInt(50)));
    }

    private static String anyOf(Random random, List<String> all, String ifNone) {
        all.sort(null);
        return all.isEmpty() ? ifNone : all.get(random.nextInt(all.size()));
    }

    /** What a member was told to give back, and now and then something else. */
    private Map<PartitionId, Integer> unwanted(Group group, String member, Random random) {
        Target target = Target.of(group, topology);
        Map<PartitionId, Integer> back = new HashMap<>();
        group.owners().forEach((partition, owner) -> {
            if (owner.memberId().equals(member) && !target.is(partition, owner) && random.nextInt(4) > 0) {
                back.put(partition, owner.generation());
            } else if (random.nextInt(20) == 0) {
                back.put(partition, owner.generation() - random.nextInt(2));
            }
        });
        return back;
    }

    private static List<GroupMembership.Commit> commits(Group group, String member, Random random) {
        List<GroupMembership.Commit> commits = new ArrayList<>();
        group.owners().forEach((partition, owner) -> {
            if (owner.memberId().equals(member) ? random.nextBoolean() : random.nextInt(10) == 0) {
                commits.add(new GroupMembership.Commit(
                        partition, owner.generation(), random.nextInt(1000), -1, random.nextBoolean() ? "x" : ""));
            }
        });
        return commits;
    }

    /** Everybody gives back what it is to: then everything is where it is to be, and stays. */
    private void settle() {
        for (String name : GROUPS) {
            for (int round = 0; round < 20 && table.find(name) != null; round++) {
                Group group = table.find(name);
                Target target = Target.of(group, topology);
                if (target.isReached(group)) {
                    break;
                }
                group.owners().forEach((partition, owner) -> {
                    if (!target.is(partition, owner)) {
                        play(new GroupOp.Release(name, owner.memberId(), Map.of(partition, owner.generation())));
                    }
                });
            }
            Group group = table.find(name);
            if (group != null) {
                assertThat(Target.of(group, topology).isReached(group)).isTrue();
                int generation = group.generation();
                play(new GroupOp.TopicsChanged());
                assertThat(table.find(name).generation()).isEqualTo(generation);
            }
        }
    }
}
