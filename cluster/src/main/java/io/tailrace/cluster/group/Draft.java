package io.tailrace.cluster.group;

import io.tailrace.cluster.group.GroupEvent.GroupDeleted;
import io.tailrace.cluster.group.GroupEvent.OffsetsCommitted;
import io.tailrace.cluster.group.GroupEvent.PartitionsDealt;
import io.tailrace.cluster.group.GroupEvent.TopicForgotten;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is to be persisted at once: the events of many wishes, and of what follows from them, which is that partitions that are nobody's
 * go to who is to have them. Commits of a group that follow each other become one event. Belongs to one thread.
 */
final class Draft {
    private final GroupRules rules;
    private final Topology topology;
    private final long nowMillis;
    private final List<GroupEvent> events = new ArrayList<>();
    /** Where in the events a group's commits are, if nothing else of the group came after them. */
    private final Map<String, Integer> commits = new HashMap<>();

    private final Set<String> touched = new TreeSet<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private GroupTable ahead;

    Draft(GroupTable state, GroupRules rules, Topology topology, long nowMillis) {
        this.ahead = state;
        this.rules = rules;
        this.topology = topology;
        this.nowMillis = nowMillis;
    }

    /** One more wish. */
    void add(GroupOp op) {
        if (op instanceof GroupOp.TopicsChanged) {
            ahead.byName().values().forEach(this::forgetDeleted);
            ahead.byName().values().stream()
                    .filter(group -> !group.members().isEmpty())
                    .forEach(group -> touched.add(group.name()));
            outcomes.add(new Outcome.Done());
            return;
        }
        if (op instanceof GroupOp.Expire) {
            rules.expired(ahead, nowMillis).forEach(group -> add(new GroupDeleted(group)));
            outcomes.add(new Outcome.Done());
            return;
        }
        GroupRules.Decision decision = rules.decide(ahead, op, topology, nowMillis);
        decision.events().forEach(this::add);
        outcomes.add(decision.outcome());
    }

    /** What was deleted for good is nobody's, at once. */
    private void forgetDeleted(Group group) {
        Set<UUID> topics = Stream.concat(
                        group.owners().keySet().stream(),
                        group.offsets().keySet().stream().map(TopicPartitionId::id))
                .map(PartitionId::topicId)
                .filter(topology::isDeleted)
                .collect(Collectors.toCollection(TreeSet::new));
        int generation = group.generation();
        for (UUID topic : topics) {
            generation++;
            add(new TopicForgotten(group.name(), generation, topic));
        }
    }

    private void add(GroupEvent event) {
        ahead = ahead.apply(event);
        if (event instanceof OffsetsCommitted committed) {
            Integer place = commits.get(event.group());
            if (place == null) {
                commits.put(event.group(), events.size());
                events.add(event);
            } else {
                Map<TopicPartitionId, CommittedOffset> all =
                        new HashMap<>(((OffsetsCommitted) events.get(place)).offsets());
                all.putAll(committed.offsets());
                events.set(place, new OffsetsCommitted(event.group(), all));
            }
            return;
        }
        commits.remove(event.group());
        events.add(event);
        touched.add(event.group());
    }

    /** No more wishes: what is nobody's is dealt out. */
    Draft finish() {
        for (String name : touched) {
            Group group = ahead.find(name);
            if (group != null && !group.members().isEmpty()) {
                dealt(group, topology).forEach(event -> {
                    ahead = ahead.apply(event);
                    events.add(event);
                });
            }
        }
        return this;
    }

    /** What is nobody's goes to who is to have it; what somebody has stays there until it is given back. */
    static List<GroupEvent> dealt(Group group, Topology topology) {
        Target target = Target.of(group, topology);
        List<GroupEvent> dealt = new ArrayList<>();
        int generation = group.generation();
        for (GroupMember member : group.membersInOrder()) {
            List<TopicPartitionId> free = target.of(member.memberId()).stream()
                    .filter(partition -> !group.owners().containsKey(partition.id()))
                    .sorted(TopicPartitionId.ORDER)
                    .toList();
            if (!free.isEmpty()) {
                generation++;
                dealt.add(new PartitionsDealt(group.name(), generation, member.memberId(), free));
            }
        }
        return dealt;
    }

    List<GroupEvent> events() {
        return List.copyOf(events);
    }

    /** One for each wish, in their order. */
    List<Outcome> outcomes() {
        return List.copyOf(outcomes);
    }

    /** The groups whose members or owners may have changed, or which are gone. */
    Set<String> touched() {
        return Set.copyOf(touched);
    }

    /** All groups when that is stored. */
    GroupTable ahead() {
        return ahead;
    }
}
