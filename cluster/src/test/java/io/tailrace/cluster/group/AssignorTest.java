package io.tailrace.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssignorTest {
    private static List<TopicPartitionId> partitions(int... counts) {
        List<TopicPartitionId> all = new ArrayList<>();
        for (int topic = 0; topic < counts.length; topic++) {
            for (int number = 0; number < counts[topic]; number++) {
                all.add(new TopicPartitionId("t" + topic, new PartitionId(new UUID(1, topic), number)));
            }
        }
        return all;
    }

    private static Subscriber member(int number, String... topics) {
        return new Subscriber("m" + number, Set.of(topics));
    }

    private static List<Subscriber> members(int count, String... topics) {
        List<Subscriber> all = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            all.add(member(number, topics));
        }
        return all;
    }

    private static Map<PartitionId, Owner> owners(Map<TopicPartitionId, String> assigned) {
        Map<PartitionId, Owner> owners = new HashMap<>();
        assigned.forEach((partition, member) -> owners.put(partition.id(), new Owner(partition.topic(), member, 1)));
        return owners;
    }

    private static Map<String, Integer> loads(List<Subscriber> members, Map<TopicPartitionId, String> assigned) {
        Map<String, Integer> loads = new HashMap<>();
        members.forEach(member -> loads.put(member.memberId(), 0));
        assigned.values().forEach(member -> loads.merge(member, 1, Integer::sum));
        return loads;
    }

    private static long moves(Map<TopicPartitionId, String> before, Map<TopicPartitionId, String> after) {
        return before.entrySet().stream()
                .filter(entry ->
                        after.containsKey(entry.getKey()) && !entry.getValue().equals(after.get(entry.getKey())))
                .count();
    }

    private static Map<TopicPartitionId, String> uniform(
            List<Subscriber> members, List<TopicPartitionId> partitions, Map<TopicPartitionId, String> before) {
        return new UniformAssignor(members).assign(partitions, owners(before));
    }

    @Test
    void uniformGivesEachItsShare() {
        List<Subscriber> three = members(3, "t0", "t1");
        Map<TopicPartitionId, String> assigned = uniform(three, partitions(5, 5), Map.of());
        assertThat(assigned).hasSize(10);
        assertThat(loads(three, assigned).values()).containsExactlyInAnyOrder(4, 3, 3);
    }

    @Test
    void uniformMovesOnlyWhatANewMemberIsToHave() {
        Map<TopicPartitionId, String> before = uniform(members(10, "t0"), partitions(64), Map.of());
        List<Subscriber> eleven = members(11, "t0");
        Map<TopicPartitionId, String> after = uniform(eleven, partitions(64), before);
        assertThat(loads(eleven, after).values()).allMatch(load -> load == 5 || load == 6);
        assertThat(moves(before, after)).isEqualTo(5);
        after.forEach((partition, member) -> assertThat(member).isIn(before.get(partition), "m10"));
    }

    @Test
    void uniformDealsOutWhatAMemberLeftAndNothingElse() {
        Map<TopicPartitionId, String> before = uniform(members(4, "t0"), partitions(8), Map.of());
        List<Subscriber> three = members(3, "t0");
        Map<TopicPartitionId, String> after = uniform(three, partitions(8), before);
        before.forEach((partition, member) -> {
            if (!member.equals("m3")) {
                assertThat(after).containsEntry(partition, member);
            }
        });
        assertThat(loads(three, after).values()).containsExactlyInAnyOrder(3, 3, 2);
    }

    @Test
    void uniformPassesOnOverAMemberThatReadsBoth() {
        // The first two share nothing: what one has too much of reaches the other by way of the third.
        List<Subscriber> members = List.of(member(0, "t0"), member(1, "t1"), member(2, "t0", "t1"));
        Map<TopicPartitionId, String> before = new HashMap<>();
        partitions(6, 3)
                .forEach(partition -> before.put(partition, partition.topic().equals("t0") ? "m0" : "m2"));
        Map<TopicPartitionId, String> after = uniform(members, partitions(6, 3), before);
        assertThat(loads(members, after)).isEqualTo(Map.of("m0", 3, "m1", 3, "m2", 3));
    }

    @Test
    void whoReadsNothingThatIsThereHasNothing() {
        List<Subscriber> members = List.of(member(0, "t0"), new Subscriber("m1", Set.of()));
        assertThat(uniform(members, partitions(3), Map.of()).values()).containsOnly("m0");
        assertThat(uniform(members, List.of(), Map.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void uniformIsCompleteEvenStickyAndTheSameEachTime(long seed) {
        Random random = new Random(seed);
        Map<TopicPartitionId, String> before = Map.of();
        for (int round = 0; round < 60; round++) {
            int[] counts = random.ints(4, 0, 12).toArray();
            List<Subscriber> members = new ArrayList<>();
            boolean alike = random.nextInt(3) == 0;
            for (int number = 0; number < 8; number++) {
                if (random.nextInt(4) > 0) {
                    Set<String> topics = new LinkedHashSet<>();
                    for (int topic = 0; topic < counts.length; topic++) {
                        if (alike || random.nextBoolean()) {
                            topics.add("t" + topic);
                        }
                    }
                    members.add(new Subscriber("m" + number, topics));
                }
            }
            List<TopicPartitionId> wanted = partitions(counts).stream()
                    .filter(partition ->
                            members.stream().anyMatch(member -> member.topics().contains(partition.topic())))
                    .toList();
            Map<TopicPartitionId, String> after = uniform(members, wanted, before);
            assertThat(after.keySet()).isEqualTo(new HashSet<>(wanted));
            assertThat(uniform(members, wanted, before)).isEqualTo(after);
            assertThat(uniform(members, wanted, after)).isEqualTo(after);
            assertEven(members, after);
            if (alike && !members.isEmpty()) {
                assertThat(moves(staying(members, before), after)).isEqualTo(leastMoves(members, wanted, before));
            }
            before = after;
        }
    }

    /** No way over members leads from one to another that has at least two fewer. */
    private static void assertEven(List<Subscriber> members, Map<TopicPartitionId, String> assigned) {
        Map<String, Integer> loads = loads(members, assigned);
        Map<String, Set<String>> has = new HashMap<>();
        assigned.forEach((partition, member) ->
                has.computeIfAbsent(member, none -> new HashSet<>()).add(partition.topic()));
        members.forEach(
                member -> assertThat(member.topics()).containsAll(has.getOrDefault(member.memberId(), Set.of())));
        for (Subscriber from : members) {
            Set<String> reached = new LinkedHashSet<>(Set.of(from.memberId()));
            List<String> open = new ArrayList<>(reached);
            while (!open.isEmpty()) {
                Set<String> gives = has.getOrDefault(open.remove(0), Set.of());
                members.stream()
                        .filter(member -> member.topics().stream().anyMatch(gives::contains))
                        .map(Subscriber::memberId)
                        .filter(reached::add)
                        .forEach(open::add);
            }
            assertThat(reached).allMatch(to -> loads.get(to) >= loads.get(from.memberId()) - 1);
        }
    }

    private static Map<TopicPartitionId, String> staying(
            List<Subscriber> members, Map<TopicPartitionId, String> before) {
        Map<TopicPartitionId, String> staying = new HashMap<>(before);
        staying.values().removeIf(member -> members.stream()
                .noneMatch(there -> there.memberId().equals(member)));
        return staying;
    }

    /** Of members that all read the same: those that have most keep one more. */
    private static long leastMoves(
            List<Subscriber> members, List<TopicPartitionId> wanted, Map<TopicPartitionId, String> before) {
        Map<TopicPartitionId, String> kept = staying(members, before);
        kept.keySet().retainAll(new HashSet<>(wanted));
        List<Integer> loads = loads(members, kept).values().stream()
                .sorted((one, other) -> other - one)
                .toList();
        long moves = 0;
        for (int place = 0; place < loads.size(); place++) {
            int share = wanted.size() / members.size() + (place < wanted.size() % members.size() ? 1 : 0);
            moves += Math.max(0, loads.get(place) - share);
        }
        return moves;
    }

    @Test
    void aThousandMembersShareTenThousandPartitionsInNoTime() {
        List<Subscriber> members = members(1000, "t0", "t1");
        Map<TopicPartitionId, String> assigned = uniform(members, partitions(5000, 5000), Map.of());
        assertThat(loads(members, assigned).values()).containsOnly(10);
        List<Subscriber> more = members(1001, "t0", "t1");
        assertThat(moves(assigned, uniform(more, partitions(5000, 5000), assigned)))
                .isEqualTo(9);
    }

    @Test
    void rangeCutsTopicsOfTheSameSizeAlike() {
        List<Subscriber> three = members(3, "t0", "t1");
        Map<TopicPartitionId, String> assigned = RangeAssignor.assign(three, partitions(7, 7));
        assertThat(assigned).hasSize(14);
        for (int number = 0; number < 7; number++) {
            String expected = number < 3 ? "m0" : number < 5 ? "m1" : "m2";
            assertThat(assigned.get(partitions(7, 7).get(number))).isEqualTo(expected);
            assertThat(assigned.get(partitions(7, 7).get(7 + number))).isEqualTo(expected);
        }
    }

    @Test
    void rangeLeavesOutWhoDoesNotRead() {
        List<Subscriber> members = List.of(member(0, "t0"), member(1, "t1"), member(2, "t0", "t1"));
        Map<TopicPartitionId, String> assigned = RangeAssignor.assign(members, partitions(1, 2));
        assertThat(partitions(1, 2).stream().map(assigned::get)).containsExactly("m0", "m1", "m2");
    }
}
