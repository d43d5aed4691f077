package io.tailrace.cluster.group;

import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link Assignor#UNIFORM}: everybody keeps what it has, what is nobody's goes to who has least, and then partitions move for as long as
 * that takes one from a member to another that has at least two fewer. Where two members read no common topic one may pass on what it gets
 * from the other, so a move may take a way over several members; without such a way the loads are as even as the subscriptions allow
 * (an optimal semi-matching: Harvey et al., 2006). Each round lowers the sum of the squares of all loads, so there is an end.
 *
 * <p>Used once, by one thread.
 */
final class UniformAssignor {
    private static final Comparator<Load> LIGHTEST =
            Comparator.comparingInt((Load load) -> load.count).thenComparingInt(load -> load.place);
    private static final Comparator<Load> HEAVIEST =
            Comparator.comparingInt((Load load) -> -load.count).thenComparingInt(load -> load.place);

    private final List<Load> loads = new ArrayList<>();
    private final Map<String, List<Load>> readers = new HashMap<>();

    /** What a member has so far. What it had before it gives away last. */
    private static final class Load {
        private final String memberId;
        private final int place;
        private final Map<String, ArrayDeque<TopicPartitionId>> had = new LinkedHashMap<>();
        private final Map<String, ArrayDeque<TopicPartitionId>> got = new LinkedHashMap<>();
        private int count;

        Load(String memberId, int place) {
            this.memberId = memberId;
            this.place = place;
        }

        void keep(TopicPartitionId partition) {
            had.computeIfAbsent(partition.topic(), none -> new ArrayDeque<>()).add(partition);
            count++;
        }

        void add(TopicPartitionId partition) {
            got.computeIfAbsent(partition.topic(), none -> new ArrayDeque<>()).add(partition);
            count++;
        }

        /** One of that topic, of which it has one. */
        TopicPartitionId give(String topic) {
            ArrayDeque<TopicPartitionId> fresh = got.get(topic);
            TopicPartitionId given = fresh == null || fresh.isEmpty()
                    ? Objects.requireNonNull(had.get(topic)).removeLast()
                    : fresh.removeLast();
            count--;
            return given;
        }

        /** The topics that it has something of, those first of which it can give what it never had, then those it has most of. */
        List<String> topics() {
            Set<String> all = new HashSet<>(had.keySet());
            all.addAll(got.keySet());
            return all.stream()
                    .filter(topic -> size(had, topic) + size(got, topic) > 0)
                    .sorted(Comparator.comparingInt((String topic) -> size(got, topic) > 0 ? 0 : 1)
                            .thenComparingInt(topic -> -size(had, topic))
                            .thenComparing(topic -> topic))
                    .toList();
        }

        private static int size(Map<String, ArrayDeque<TopicPartitionId>> partitions, String topic) {
            ArrayDeque<TopicPartitionId> some = partitions.get(topic);
            return some == null ? 0 : some.size();
        }
    }

    /** How a way came to a member: from whom, with a partition of which topic. */
    private record Step(Load from, String topic) {}

    /**
     * For these members.
     *
     * @param members in the order in which they joined
     */
    UniformAssignor(List<Subscriber> members) {
        for (Subscriber member : members) {
            Load load = new Load(member.memberId(), loads.size());
            loads.add(load);
            member.topics().forEach(topic -> readers.computeIfAbsent(topic, none -> new ArrayList<>())
                    .add(load));
        }
    }

    /**
     * Deals out.
     *
     * @param partitions by topic and number; each topic has a subscriber
     * @param owners who has what now, members that are gone included
     */
    Map<TopicPartitionId, String> assign(List<TopicPartitionId> partitions, Map<PartitionId, Owner> owners) {
        Map<String, Load> byMember = new HashMap<>();
        loads.forEach(load -> byMember.put(load.memberId, load));
        List<TopicPartitionId> free = new ArrayList<>();
        for (TopicPartitionId partition : partitions) {
            Owner owner = owners.get(partition.id());
            Load load = owner == null ? null : byMember.get(owner.memberId());
            if (load != null && readersOf(partition).contains(load)) {
                load.keep(partition);
            } else {
                free.add(partition);
            }
        }
        // Who can read little gets it before others have had it.
        free.sort(Comparator.comparingInt(partition -> readersOf(partition).size()));
        for (TopicPartitionId partition : free) {
            readersOf(partition).stream().min(LIGHTEST).ifPresent(load -> load.add(partition));
        }
        balance();
        Map<TopicPartitionId, String> assigned = new HashMap<>();
        for (Load load : loads) {
            load.had.values().forEach(some -> some.forEach(partition -> assigned.put(partition, load.memberId)));
            load.got.values().forEach(some -> some.forEach(partition -> assigned.put(partition, load.memberId)));
        }
        return assigned;
    }

    private List<Load> readersOf(TopicPartitionId partition) {
        return readers.getOrDefault(partition.topic(), List.of());
    }

    /** Always from who has most, so that nobody gives more than it has to; until a whole round finds nothing. */
    private void balance() {
        boolean moved = true;
        while (moved) {
            moved = false;
            List<Load> open = new ArrayList<>(loads);
            while (!open.isEmpty()) {
                Load heaviest = Collections.min(open, HEAVIEST);
                if (relieve(heaviest)) {
                    moved = true;
                } else {
                    open.remove(heaviest);
                }
            }
        }
    }

    /** Takes one from a member, if there is a way to another that has at least two fewer: the shortest, to the lightest. */
    private boolean relieve(Load heavy) {
        if (Collections.min(loads, LIGHTEST).count > heavy.count - 2) {
            return false;
        }
        Map<Load, Step> ways = new HashMap<>();
        Set<String> seen = new HashSet<>();
        List<Load> level = List.of(heavy);
        while (!level.isEmpty()) {
            List<Load> next = new ArrayList<>();
            for (Load from : level) {
                for (String topic : from.topics()) {
                    if (seen.add(topic)) {
                        reach(heavy, from, topic, ways, next);
                    }
                }
            }
            Load lightest = next.stream().min(LIGHTEST).orElse(null);
            if (lightest != null && lightest.count <= heavy.count - 2) {
                pass(ways, lightest);
                return true;
            }
            level = next;
        }
        return false;
    }

    private void reach(Load heavy, Load from, String topic, Map<Load, Step> ways, List<Load> next) {
        for (Load reader : readers.getOrDefault(topic, List.of())) {
            if (reader != heavy && !ways.containsKey(reader)) {
                ways.put(reader, new Step(from, topic));
                next.add(reader);
            }
        }
    }

    /** From the end of the way to its beginning, so that nobody passes on what it has only just got. */
    private static void pass(Map<Load, Step> ways, Load to) {
        Load taker = to;
        @Nullable Step step = ways.get(taker);
        while (step != null) {
            taker.add(step.from.give(step.topic));
            taker = step.from;
            step = ways.get(taker);
        }
    }
}
