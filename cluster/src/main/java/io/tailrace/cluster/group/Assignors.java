package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways to deal partitions out that this node knows. Thread-safe. */
public final class Assignors {
    /** Those that are always there. */
    public static final Assignors BUILT_IN = new Assignors(Map.of());

    private static final Logger LOG = LoggerFactory.getLogger(Assignors.class);

    private final Map<String, PartitionAssignor> own;
    /** Whose failure has been told. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    private Assignors(Map<String, PartitionAssignor> own) {
        this.own = own;
    }

    /**
     * Those that are always there, and these.
     *
     * @throws TailraceException INVALID_SETTING if two have the same name, or one has none that can be used
     */
    public static Assignors with(List<PartitionAssignor> more) {
        Map<String, PartitionAssignor> byName = new TreeMap<>();
        for (PartitionAssignor each : more) {
            String name = each.name();
            if (name.isEmpty()
                    || name.length() > Assignor.MAX_NAME
                    || isBuiltIn(name)
                    || byName.put(name, each) != null) {
                throw new TailraceException(
                        ErrorCode.INVALID_SETTING,
                        "tailrace.groups.assignors: the name '" + name + "' of "
                                + each.getClass().getName() + " cannot be used: each needs one of its own, of 1 to "
                                + Assignor.MAX_NAME + " characters.");
            }
        }
        return new Assignors(byName);
    }

    private static boolean isBuiltIn(String name) {
        return name.equals(Assignor.UNIFORM.name()) || name.equals(Assignor.RANGE.name());
    }

    /** Whether it is known here. */
    boolean has(Assignor assignor) {
        return isBuiltIn(assignor.name()) || own.containsKey(assignor.name());
    }

    /** The names of all. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(own.keySet());
        names.add(Assignor.UNIFORM.name());
        names.add(Assignor.RANGE.name());
        return names;
    }

    /** Who is to have which partition. */
    Map<TopicPartitionId, String> assign(
            Assignor assignor,
            List<PartitionAssignor.Member> members,
            List<TopicPartitionId> partitions,
            Map<PartitionId, Owner> owners) {
        List<Subscriber> subscribers = members.stream()
                .map(member -> new Subscriber(member.memberId(), member.topics()))
                .toList();
        if (assignor.equals(Assignor.RANGE)) {
            return RangeAssignor.assign(subscribers, partitions);
        }
        if (!assignor.equals(Assignor.UNIFORM)) {
            try {
                return ask(assignor, members, partitions, owners);
            } catch (RuntimeException e) {
                if (told.add(assignor.name())) {
                    LOG.error(
                            "The assignor '{}' cannot be used, so its groups are dealt out uniformly",
                            assignor.name(),
                            e);
                }
            }
        }
        return new UniformAssignor(subscribers).assign(partitions, owners);
    }

    private Map<TopicPartitionId, String> ask(
            Assignor assignor,
            List<PartitionAssignor.Member> members,
            List<TopicPartitionId> partitions,
            Map<PartitionId, Owner> owners) {
        PartitionAssignor asked = own.get(assignor.name());
        if (asked == null) {
            throw new IllegalStateException("It is not in tailrace.groups.assignors of this node.");
        }
        Map<TopicPartitionId, String> present = new HashMap<>();
        Map<String, Set<String>> topics = new HashMap<>();
        members.forEach(member -> topics.put(member.memberId(), member.topics()));
        for (TopicPartitionId partition : partitions) {
            Owner owner = owners.get(partition.id());
            if (owner != null) {
                present.put(partition, owner.memberId());
            }
        }
        Map<TopicPartitionId, String> answer = Map.copyOf(asked.assign(members, List.copyOf(partitions), present));
        Set<TopicPartitionId> known = Set.copyOf(partitions);
        answer.forEach((partition, member) -> {
            if (!known.contains(partition)
                    || !topics.getOrDefault(member, Set.of()).contains(partition.topic())) {
                throw new IllegalStateException(
                        "It gives " + partition + " to '" + member + "', which does not read it.");
            }
        });
        return answer;
    }
}
