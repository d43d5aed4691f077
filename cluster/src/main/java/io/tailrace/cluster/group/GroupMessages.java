package io.tailrace.cluster.group;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.partition.PartitionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/**
 * What is said to the coordinator from another node, its answers, and what its members hear, under a manifest that names what it is and its
 * version. Parts are as in {@link GroupBytes}; an actor is its path.
 *
 * <pre>
 *   join/1            group, client id string, instance id optional, subscription, assignor, max drain, session timeout int64,
 *                     member id, node string, actor
 *   here/1            group, member id string, generation int32, released of ids (generation int32), actor
 *   commit/1          group, member id string, number int64, count int32, commits, actor
 *   leave/1           group, member id string, actor
 *   list/1            actor
 *   describe/1        group string, actor
 *   reset/1           group string, offsets of ids (int64), actor
 *   delete/1          group string, actor
 *   delete-offsets/1  group string, partitions of ids, actor
 *   remove-member/1   group, member id string, actor
 *   told/1            generation int32, owned of topics (generation int32), revoked of ids, details of topics (generation int32,
 *                     committed bool, offset if so)
 *   committed/1       number int64, stale of ids
 *   not-committed/1   number int64, code, message string
 *   ended/1           code, message string
 *   page/1            kind string, number int32, count int32, actor, length int32, bytes
 *   next-page/1       number int32, actor
 *   others            see {@link ReplyBytes}
 * </pre>
 *
 * <p>What is not known is refused with SERIALIZATION_FAILED; Pekko logs and drops that message, as if it had been lost.
 */
public final class GroupMessages extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_107;

    private static final Map<Class<?>, String> KINDS = Map.ofEntries(
            Map.entry(GroupRequest.Join.class, "join/1"),
            Map.entry(GroupRequest.Here.class, "here/1"),
            Map.entry(GroupRequest.Commit.class, "commit/1"),
            Map.entry(GroupRequest.Leave.class, "leave/1"),
            Map.entry(GroupRequest.ListGroups.class, "list/1"),
            Map.entry(GroupRequest.Describe.class, "describe/1"),
            Map.entry(GroupRequest.Reset.class, "reset/1"),
            Map.entry(GroupRequest.Delete.class, "delete/1"),
            Map.entry(GroupRequest.DeleteOffsets.class, "delete-offsets/1"),
            Map.entry(GroupRequest.RemoveMember.class, "remove-member/1"),
            Map.entry(MemberMessage.Told.class, "told/1"),
            Map.entry(MemberMessage.Committed.class, "committed/1"),
            Map.entry(MemberMessage.NotCommitted.class, "not-committed/1"),
            Map.entry(MemberMessage.Ended.class, "ended/1"),
            Map.entry(GroupReply.Page.class, "page/1"),
            Map.entry(PageRequest.class, "next-page/1"));

    private final ExtendedActorSystem system;

    /** Pekko makes it. */
    public GroupMessages(ExtendedActorSystem system) {
        this.system = system;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        String kind = KINDS.get(object.getClass());
        if (kind == null && object instanceof GroupReply reply) {
            return ReplyBytes.kind(reply);
        }
        if (kind == null) {
            throw new IllegalArgumentException("Never leaves its node: " + object.getClass());
        }
        return kind;
    }

    // --- to bytes ----------------------------------------------------------------------------------------------------

    @Override
    public byte[] toBinary(Object object) {
        FieldWriter out = new FieldWriter();
        if (object instanceof GroupRequest.Admin admin) {
            write(out, admin);
            actor(out, admin.replyTo());
        } else if (object instanceof GroupRequest request) {
            write(out, request);
        } else if (object instanceof MemberMessage message) {
            write(out, message);
        } else if (object instanceof PageRequest next) {
            out.int32(next.number());
            actor(out, next.replyTo());
        } else if (object instanceof GroupReply.Page page) {
            out.string(page.kind()).int32(page.number()).int32(page.count());
            actor(out, page.rest());
            out.int32(page.bytes().remaining()).raw(page.bytes());
        } else {
            return ReplyBytes.toBytes((GroupReply) object);
        }
        return out.toBytes();
    }

    private void write(FieldWriter out, GroupRequest request) {
        if (request instanceof GroupRequest.Join join) {
            GroupJoin wish = join.join();
            out.string(wish.group()).string(wish.clientId());
            GroupBytes.optional(out, wish.instanceId());
            GroupBytes.subscription(out, wish.subscription());
            GroupBytes.assignor(out, wish.assignor());
            GroupBytes.duration(out, wish.maxDrain());
            GroupBytes.duration(out, wish.sessionTimeout());
            out.string(join.memberId()).string(join.node());
            actor(out, join.member());
        } else if (request instanceof GroupRequest.Here here) {
            out.string(here.group()).string(here.memberId()).int32(here.generation());
            GroupBytes.ofIds(out, here.released(), FieldWriter::int32);
            actor(out, here.member());
        } else if (request instanceof GroupRequest.Commit commit) {
            out.string(commit.group())
                    .string(commit.memberId())
                    .int64(commit.number())
                    .int32(commit.commits().size());
            commit.commits().forEach(each -> write(out, each));
            actor(out, commit.member());
        } else if (request instanceof GroupRequest.Leave leave) {
            out.string(leave.group()).string(leave.memberId());
            actor(out, leave.member());
        }
    }

    private static void write(FieldWriter out, GroupMembership.Commit commit) {
        out.uuid(commit.partition().topicId())
                .int32(commit.partition().partition())
                .int32(commit.generation())
                .int64(commit.offset())
                .int32(commit.leaderEpoch())
                .string(commit.metadata());
    }

    private static void write(FieldWriter out, GroupRequest.Admin admin) {
        if (admin instanceof GroupRequest.Describe describe) {
            out.string(describe.group());
        } else if (admin instanceof GroupRequest.Reset reset) {
            out.string(reset.group());
            GroupBytes.ofIds(out, reset.offsets(), FieldWriter::int64);
        } else if (admin instanceof GroupRequest.Delete delete) {
            out.string(delete.group());
        } else if (admin instanceof GroupRequest.DeleteOffsets delete) {
            out.string(delete.group());
            GroupBytes.ids(out, delete.partitions());
        } else if (admin instanceof GroupRequest.RemoveMember remove) {
            out.string(remove.group()).string(remove.memberId());
        }
    }

    private static void write(FieldWriter out, MemberMessage message) {
        if (message instanceof MemberMessage.Told told) {
            out.int32(told.generation());
            GroupBytes.ofTopics(out, told.owned(), FieldWriter::int32);
            GroupBytes.ids(out, told.revoked());
            Map<TopicPartitionId, Assigned> details = new LinkedHashMap<>();
            told.details().forEach(each -> details.put(each.partition(), each));
            GroupBytes.ofTopics(out, details, GroupMessages::write);
        } else if (message instanceof MemberMessage.Committed committed) {
            out.int64(committed.number());
            GroupBytes.ids(out, committed.stale());
        } else if (message instanceof MemberMessage.NotCommitted not) {
            out.int64(not.number()).string(not.code().name()).string(not.message());
        } else if (message instanceof MemberMessage.Ended ended) {
            out.string(ended.code().name()).string(ended.message());
        }
    }

    private static void write(FieldWriter out, Assigned assigned) {
        CommittedOffset committed = assigned.committed();
        out.int32(assigned.generation()).bool(committed != null);
        if (committed != null) {
            GroupBytes.offset(out, committed);
        }
    }

    // --- from bytes --------------------------------------------------------------------------------------------------

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        FieldReader in = new FieldReader(ByteBuffer.wrap(bytes), "'" + manifest + "' of the consumer groups");
        Object object =
                switch (manifest) {
                    case "join/1" -> join(in);
                    case "here/1" ->
                        new GroupRequest.Here(
                                in.string(),
                                in.string(),
                                in.count(),
                                GroupBytes.ofIds(in, FieldReader::count),
                                this.<MemberMessage>actor(in));
                    case "commit/1" ->
                        new GroupRequest.Commit(in.string(), in.string(), in.int64(), commits(in), actor(in));
                    case "leave/1" -> new GroupRequest.Leave(in.string(), in.string(), actor(in));
                    case "list/1" -> new GroupRequest.ListGroups(actor(in));
                    case "describe/1" -> new GroupRequest.Describe(in.string(), actor(in));
                    case "reset/1" ->
                        new GroupRequest.Reset(in.string(), GroupBytes.ofIds(in, FieldReader::int64), actor(in));
                    case "delete/1" -> new GroupRequest.Delete(in.string(), actor(in));
                    case "delete-offsets/1" ->
                        new GroupRequest.DeleteOffsets(in.string(), GroupBytes.ids(in), actor(in));
                    case "remove-member/1" -> new GroupRequest.RemoveMember(in.string(), in.string(), actor(in));
                    case "told/1" -> told(in);
                    case "committed/1" -> new MemberMessage.Committed(in.int64(), GroupBytes.ids(in));
                    case "not-committed/1" -> new MemberMessage.NotCommitted(in.int64(), in.errorCode(), in.string());
                    case "ended/1" -> new MemberMessage.Ended(in.errorCode(), in.string());
                    case "page/1" -> page(in);
                    case "next-page/1" -> new PageRequest(in.count(), actor(in));
                    default -> ReplyBytes.fromBytes(manifest, in.rest());
                };
        in.end();
        return object;
    }

    private GroupRequest.Join join(FieldReader in) {
        String group = in.string();
        String clientId = in.string();
        String instanceId = GroupBytes.optional(in);
        GroupJoin.Subscription subscription = GroupBytes.subscription(in);
        Assignor assignor = GroupBytes.assignor(in);
        GroupJoin join = new GroupJoin(
                group, clientId, instanceId, subscription, assignor, GroupBytes.duration(in), GroupBytes.duration(in));
        return new GroupRequest.Join(join, in.string(), in.string(), actor(in));
    }

    private GroupReply.Page page(FieldReader in) {
        String kind = in.string();
        int number = in.count();
        int count = in.count();
        ActorRef<PageRequest> rest = actor(in);
        int length = in.count();
        ByteBuffer bytes = in.rest();
        if (bytes.remaining() != length) {
            throw in.malformed(bytes.remaining() + " bytes of a page that has " + length);
        }
        return new GroupReply.Page(kind, number, count, bytes, rest);
    }

    private static List<GroupMembership.Commit> commits(FieldReader in) {
        List<GroupMembership.Commit> commits = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            PartitionId partition = new PartitionId(in.uuid(), in.count());
            commits.add(new GroupMembership.Commit(partition, in.count(), in.int64(), in.int32(), in.string()));
        }
        return commits;
    }

    private static MemberMessage.Told told(FieldReader in) {
        int generation = in.count();
        Map<TopicPartitionId, Integer> owned = GroupBytes.ofTopics(in, FieldReader::count);
        Set<PartitionId> revoked = new HashSet<>(GroupBytes.ids(in));
        List<Assigned> details = new ArrayList<>();
        GroupBytes.ofTopics(in, GroupMessages::details)
                .forEach((partition, assigned) ->
                        details.add(new Assigned(partition, assigned.generation(), assigned.committed())));
        details.sort((one, other) -> TopicPartitionId.ORDER.compare(one.partition(), other.partition()));
        return new MemberMessage.Told(generation, owned, revoked, details);
    }

    /** Which partition is not said here. */
    private static Owned details(FieldReader in) {
        return new Owned(in.count(), in.bool() ? GroupBytes.offset(in) : null);
    }

    private record Owned(int generation, @Nullable CommittedOffset committed) {}

    private <T> ActorRef<T> actor(FieldReader in) {
        return resolver().resolveActorRef(in.string());
    }

    private void actor(FieldWriter out, ActorRef<?> actor) {
        out.string(resolver().toSerializationFormat(actor));
    }

    private ActorRefResolver resolver() {
        return ActorRefResolver.get(Adapter.toTyped(system));
    }
}
