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
import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.pcollections.HashTreePMap;

/**
 * The coordinator's events and snapshots as bytes, under a manifest that names what it is and its version. Parts are as in
 * {@link GroupBytes}, integers big-endian.
 *
 * <pre>
 *   member-joined/1      group string, generation int32, assignor string, member
 *   member-replaced/1    group string, generation int32, replaced string, member
 *   member-left/1        group string, generation int32, member id string, time int64
 *   dealt/1              group string, generation int32, member id string, partitions of topics
 *   released/1           group string, generation int32, partitions of ids
 *   committed/1          group string, offsets of topics
 *   reset/1              group string, offsets of topics
 *   offsets-forgotten/1  group string, partitions of ids
 *   topic-forgotten/1    group string, generation int32, id uuid
 *   group-deleted/1      group string
 *   groups/1             count int32, then of each: name string, generation int32, time at which a member last went int64,
 *                        has assignor bool, assignor string if so,
 *                        count int32 and members in their order, owners of topics (place of the member int32, generation int32),
 *                        offsets of topics
 * </pre>
 *
 * <p>A manifest that is not known, of a newer version, stops the coordinator: a guess could lose what was committed.
 */
public final class GroupFormat extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_106;

    private static final Map<Class<?>, String> MANIFESTS = Map.ofEntries(
            Map.entry(MemberJoined.class, "member-joined/1"),
            Map.entry(MemberReplaced.class, "member-replaced/1"),
            Map.entry(MemberLeft.class, "member-left/1"),
            Map.entry(PartitionsDealt.class, "dealt/1"),
            Map.entry(PartitionsReleased.class, "released/1"),
            Map.entry(OffsetsCommitted.class, "committed/1"),
            Map.entry(OffsetsReset.class, "reset/1"),
            Map.entry(OffsetsForgotten.class, "offsets-forgotten/1"),
            Map.entry(TopicForgotten.class, "topic-forgotten/1"),
            Map.entry(GroupDeleted.class, "group-deleted/1"),
            Map.entry(GroupTable.class, "groups/1"));

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        String manifest = MANIFESTS.get(object.getClass());
        if (manifest == null) {
            throw new IllegalArgumentException("Nothing of the groups': " + object.getClass());
        }
        return manifest;
    }

    // --- to bytes ----------------------------------------------------------------------------------------------------

    @Override
    public byte[] toBinary(Object object) {
        FieldWriter out = new FieldWriter();
        if (object instanceof GroupTable table) {
            out.int32(table.byName().size());
            table.byName().values().forEach(group -> write(out, group));
        } else {
            write(out, (GroupEvent) object);
        }
        return out.toBytes();
    }

    private static void write(FieldWriter out, GroupEvent event) {
        out.string(event.group());
        if (event instanceof MemberJoined joined) {
            out.int32(joined.generation());
            GroupBytes.assignor(out, joined.assignor());
            GroupBytes.member(out, joined.member());
        } else if (event instanceof MemberReplaced replaced) {
            out.int32(replaced.generation()).string(replaced.replaced());
            GroupBytes.member(out, replaced.member());
        } else if (event instanceof MemberLeft left) {
            out.int32(left.generation()).string(left.memberId()).int64(left.atMillis());
        } else if (event instanceof PartitionsDealt dealt) {
            out.int32(dealt.generation()).string(dealt.memberId());
            Map<TopicPartitionId, Boolean> each = new HashMap<>();
            dealt.partitions().forEach(partition -> each.put(partition, true));
            GroupBytes.ofTopics(out, each, (to, nothing) -> {});
        } else if (event instanceof PartitionsReleased released) {
            out.int32(released.generation());
            GroupBytes.ids(out, released.partitions());
        } else if (event instanceof OffsetsCommitted committed) {
            GroupBytes.ofTopics(out, committed.offsets(), GroupBytes::offset);
        } else if (event instanceof OffsetsReset reset) {
            GroupBytes.ofTopics(out, reset.offsets(), GroupBytes::offset);
        } else if (event instanceof OffsetsForgotten forgotten) {
            GroupBytes.ids(out, forgotten.partitions());
        } else if (event instanceof TopicForgotten topic) {
            out.int32(topic.generation()).uuid(topic.topicId());
        }
    }

    private static void write(FieldWriter out, Group group) {
        Assignor assignor = group.assignor();
        out.string(group.name())
                .int32(group.generation())
                .int64(group.leftAtMillis())
                .bool(assignor != null);
        if (assignor != null) {
            GroupBytes.assignor(out, assignor);
        }
        List<GroupMember> members = group.membersInOrder();
        Map<String, Integer> places = new HashMap<>();
        out.int32(members.size());
        members.forEach(member -> {
            places.put(member.memberId(), places.size());
            GroupBytes.member(out, member);
        });
        Map<TopicPartitionId, Owner> owners = new HashMap<>();
        group.owners().forEach((partition, owner) -> owners.put(new TopicPartitionId(owner.topic(), partition), owner));
        GroupBytes.ofTopics(out, owners, (to, owner) -> to.int32(places.getOrDefault(owner.memberId(), -1))
                .int32(owner.generation()));
        GroupBytes.ofTopics(out, group.offsets(), GroupBytes::offset);
    }

    // --- from bytes --------------------------------------------------------------------------------------------------

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        FieldReader in = new FieldReader(ByteBuffer.wrap(bytes), "'" + manifest + "' of the consumer groups");
        Object object =
                switch (manifest) {
                    case "member-joined/1" -> joined(in);
                    case "member-replaced/1" ->
                        new MemberReplaced(in.string(), in.count(), in.string(), GroupBytes.member(in));
                    case "member-left/1" -> new MemberLeft(in.string(), in.count(), in.string(), in.int64());
                    case "dealt/1" -> dealt(in);
                    case "released/1" -> new PartitionsReleased(in.string(), in.count(), GroupBytes.ids(in));
                    case "committed/1" ->
                        new OffsetsCommitted(in.string(), GroupBytes.ofTopics(in, GroupBytes::offset));
                    case "reset/1" -> new OffsetsReset(in.string(), GroupBytes.ofTopics(in, GroupBytes::offset));
                    case "offsets-forgotten/1" -> new OffsetsForgotten(in.string(), GroupBytes.ids(in));
                    case "topic-forgotten/1" -> new TopicForgotten(in.string(), in.count(), in.uuid());
                    case "group-deleted/1" -> new GroupDeleted(in.string());
                    case "groups/1" -> table(in);
                    default ->
                        throw new TailraceException(
                                ErrorCode.DATA_DIR_VERSION,
                                "The consumer groups hold a '" + manifest
                                        + "', which this version does not know: run the newer version.");
                };
        in.end();
        return object;
    }

    private static MemberJoined joined(FieldReader in) {
        String group = in.string();
        int generation = in.count();
        Assignor assignor = GroupBytes.assignor(in);
        return new MemberJoined(group, generation, GroupBytes.member(in), assignor);
    }

    private static PartitionsDealt dealt(FieldReader in) {
        String group = in.string();
        int generation = in.count();
        String member = in.string();
        List<TopicPartitionId> partitions =
                new ArrayList<>(GroupBytes.ofTopics(in, from -> true).keySet());
        partitions.sort(TopicPartitionId.ORDER);
        return new PartitionsDealt(group, generation, member, partitions);
    }

    private static GroupTable table(FieldReader in) {
        GroupTable table = GroupTable.EMPTY;
        for (int left = in.count(); left > 0; left--) {
            table = table.with(group(in));
        }
        return table;
    }

    private static Group group(FieldReader in) {
        String name = in.string();
        int generation = in.count();
        long leftAtMillis = in.int64();
        Assignor assignor = in.bool() ? GroupBytes.assignor(in) : null;
        List<GroupMember> members = new ArrayList<>();
        Map<String, GroupMember> byId = new HashMap<>();
        for (int left = in.count(); left > 0; left--) {
            GroupMember member = GroupBytes.member(in);
            members.add(member);
            byId.put(member.memberId(), member);
        }
        Map<TopicPartitionId, Owner> named = GroupBytes.ofTopics(in, from -> owner(from, members));
        Map<PartitionId, Owner> owners = new HashMap<>();
        named.forEach((partition, owner) ->
                owners.put(partition.id(), new Owner(partition.topic(), owner.memberId(), owner.generation())));
        Map<TopicPartitionId, CommittedOffset> offsets = GroupBytes.ofTopics(in, GroupBytes::offset);
        long weight = Group.empty(name).weight()
                + members.stream().mapToLong(GroupMember::weight).sum()
                + offsets.values().stream().mapToLong(Group::weight).sum();
        return new Group(
                name,
                generation,
                assignor,
                HashTreePMap.from(byId),
                HashTreePMap.from(owners),
                HashTreePMap.from(offsets),
                weight,
                leftAtMillis);
    }

    private static Owner owner(FieldReader in, List<GroupMember> members) {
        int place = in.count();
        if (place >= members.size()) {
            throw in.malformed("an owner that is no member");
        }
        return new Owner("", members.get(place).memberId(), in.count());
    }
}
