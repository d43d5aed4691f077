package io.tailrace.cluster.group;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parts that events and messages of groups are made of, as bytes.
 *
 * <pre>
 *   of topics     count int32, then of each: name string, id uuid, count int32, then of each partition: number int32, and what goes with it
 *   of ids        the same without the names
 *   offset        offset int64, leader epoch int32, metadata string, time int64
 *   subscription  0 int8, count int32, names string …; or 1 int8, expression string
 *   member        id string, joined int32, client id string, static bool, instance id string if so, node string, subscription,
 *                 max drain int64, session timeout int64, in milliseconds
 * </pre>
 */
final class GroupBytes {
    private static final int NAMES = 0;
    private static final int PATTERN = 1;
    private static final Comparator<PartitionId> BY_ID =
            Comparator.comparing(PartitionId::topicId).thenComparingInt(PartitionId::partition);

    private GroupBytes() {}

    // --- partitions --------------------------------------------------------------------------------------------------

    static <V> void ofTopics(FieldWriter out, Map<TopicPartitionId, V> all, BiConsumer<FieldWriter, V> with) {
        Map<UUID, List<TopicPartitionId>> topics = new LinkedHashMap<>();
        TreeSet<TopicPartitionId> sorted = new TreeSet<>(TopicPartitionId.ORDER);
        sorted.addAll(all.keySet());
        sorted.forEach(partition -> topics.computeIfAbsent(partition.id().topicId(), none -> new ArrayList<>())
                .add(partition));
        out.int32(topics.size());
        topics.forEach((id, partitions) -> {
            out.string(partitions.get(0).topic()).uuid(id).int32(partitions.size());
            partitions.forEach(partition -> {
                out.int32(partition.id().partition());
                with.accept(out, all.get(partition));
            });
        });
    }

    static <V> Map<TopicPartitionId, V> ofTopics(FieldReader in, Function<FieldReader, V> with) {
        Map<TopicPartitionId, V> all = new HashMap<>();
        for (int topics = in.count(); topics > 0; topics--) {
            String name = in.string();
            UUID id = in.uuid();
            for (int left = in.count(); left > 0; left--) {
                all.put(new TopicPartitionId(name, new PartitionId(id, in.count())), with.apply(in));
            }
        }
        return all;
    }

    static <V> void ofIds(FieldWriter out, Map<PartitionId, V> all, BiConsumer<FieldWriter, V> with) {
        Map<UUID, List<PartitionId>> topics = new LinkedHashMap<>();
        all.keySet().stream().sorted(BY_ID).forEach(partition -> topics.computeIfAbsent(
                        partition.topicId(), none -> new ArrayList<>())
                .add(partition));
        out.int32(topics.size());
        topics.forEach((id, partitions) -> {
            out.uuid(id).int32(partitions.size());
            partitions.forEach(partition -> {
                out.int32(partition.partition());
                with.accept(out, all.get(partition));
            });
        });
    }

    static <V> Map<PartitionId, V> ofIds(FieldReader in, Function<FieldReader, V> with) {
        Map<PartitionId, V> all = new LinkedHashMap<>();
        for (int topics = in.count(); topics > 0; topics--) {
            UUID id = in.uuid();
            for (int left = in.count(); left > 0; left--) {
                all.put(new PartitionId(id, in.count()), with.apply(in));
            }
        }
        return all;
    }

    static void ids(FieldWriter out, Collection<PartitionId> all) {
        Map<PartitionId, Boolean> each = new HashMap<>();
        all.forEach(partition -> each.put(partition, true));
        ofIds(out, each, (to, nothing) -> {});
    }

    static List<PartitionId> ids(FieldReader in) {
        return List.copyOf(ofIds(in, from -> true).keySet());
    }

    // --- offsets -----------------------------------------------------------------------------------------------------

    static void offset(FieldWriter out, CommittedOffset offset) {
        out.int64(offset.offset())
                .int32(offset.leaderEpoch())
                .string(offset.metadata())
                .int64(offset.committedAtMillis());
    }

    static CommittedOffset offset(FieldReader in) {
        return new CommittedOffset(in.int64(), in.int32(), in.string(), in.int64());
    }

    // --- members -----------------------------------------------------------------------------------------------------

    static void assignor(FieldWriter out, Assignor assignor) {
        out.string(assignor.name());
    }

    static Assignor assignor(FieldReader in) {
        return new Assignor(in.string());
    }

    static void optional(FieldWriter out, @Nullable String text) {
        out.bool(text != null);
        if (text != null) {
            out.string(text);
        }
    }

    static @Nullable String optional(FieldReader in) {
        return in.bool() ? in.string() : null;
    }

    static void subscription(FieldWriter out, GroupJoin.Subscription subscription) {
        if (subscription instanceof GroupJoin.Pattern pattern) {
            out.int8(PATTERN).string(pattern.regex());
            return;
        }
        List<String> topics = ((GroupJoin.Names) subscription).topics();
        out.int8(NAMES).int32(topics.size());
        topics.forEach(out::string);
    }

    static GroupJoin.Subscription subscription(FieldReader in) {
        int kind = in.int8();
        if (kind == PATTERN) {
            return new GroupJoin.Pattern(in.string());
        }
        if (kind != NAMES) {
            throw in.malformed("a subscription of kind " + kind);
        }
        List<String> topics = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            topics.add(in.string());
        }
        return new GroupJoin.Names(topics);
    }

    static void member(FieldWriter out, GroupMember member) {
        out.string(member.memberId()).int32(member.joined()).string(member.clientId());
        optional(out, member.instanceId());
        out.string(member.node());
        subscription(out, member.subscription());
        duration(out, member.maxDrain());
        duration(out, member.sessionTimeout());
    }

    static GroupMember member(FieldReader in) {
        return new GroupMember(
                in.string(),
                in.count(),
                in.string(),
                optional(in),
                in.string(),
                subscription(in),
                duration(in),
                duration(in));
    }

    static void duration(FieldWriter out, Duration duration) {
        out.int64(duration.toMillis());
    }

    static Duration duration(FieldReader in) {
        return Duration.ofMillis(in.int64());
    }
}
