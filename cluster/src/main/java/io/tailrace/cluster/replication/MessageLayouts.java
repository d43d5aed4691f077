package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.Dropped;
import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.cluster.replication.MessageLayout.Body;
import io.tailrace.engine.log.LogPlace;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.LogPosition;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import io.tailrace.engine.replication.quorum.Message.CopyRequest;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import io.tailrace.engine.replication.quorum.Message.PreVoteReply;
import io.tailrace.engine.replication.quorum.Message.PreVoteRequest;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import io.tailrace.engine.replication.quorum.Message.SnapshotReply;
import io.tailrace.engine.replication.quorum.Message.SnapshotRequest;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.SnapshotStore;
import io.tailrace.engine.replication.quorum.Voters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The table of all types of messages between replicas, in the order of their numbers and versions. A new type gets the next number and an
 * entry; a change of a layout that is in use gets the next version, and the entry of the version before stays as long as nodes may speak it.
 * Of the versions of a type the oldest is written that can say what there is to be said.
 */
final class MessageLayouts {
    private static final int FIRST_VERSION = 1;
    private static final List<Outcome> OUTCOMES = LogFields.OUTCOMES;

    private static final List<MessageLayout<?>> ALL = List.of(
            layout(
                    PromiseRequest.class,
                    1,
                    (message, out) -> out.int32(message.epoch()).uuid(message.incarnation()),
                    in -> new PromiseRequest(in.count(), in.uuid())),
            layout(
                    PromiseReply.class,
                    2,
                    (message, out) -> {
                        out.int32(message.epoch())
                                .uuid(message.incarnation())
                                .bool(message.granted())
                                .int32(message.promisedEpoch());
                        position(message.position(), out)
                                .int64(message.logStart())
                                .int64(message.highWatermark());
                        voters(message.voters(), out);
                    },
                    in -> new PromiseReply(
                            in.count(),
                            in.uuid(),
                            in.bool(),
                            in.int32(),
                            new LogPosition(in.int32(), in.offset()),
                            in.offset(),
                            in.offset(),
                            voters(in))),
            layout(
                    CopyRequest.class,
                    3,
                    (message, out) -> out.int32(message.epoch())
                            .uuid(message.incarnation())
                            .int64(message.offset())
                            .int32(message.previousEpoch()),
                    in -> new CopyRequest(in.count(), in.uuid(), in.offset(), in.int32())),
            withBatches(CopyReply.class, 4, CopyReply::batches, LogFields::copyReply, LogFields::copyReply)
                    .until(message -> message.tombstones().equals(Tombstones.NONE)),
            withBatches(
                            CopyReply.class,
                            4,
                            CopyReply::batches,
                            (message, out) ->
                                    LogFields.tombstones(message.tombstones(), LogFields.copyReply(message, out)),
                            LogFields::copyReplyWithTombstones)
                    .ofVersion(2),
            withBatches(
                            AppendRequest.class,
                            5,
                            AppendRequest::batches,
                            LogFields::appendRequest,
                            LogFields::appendRequest)
                    .until(message ->
                            message.tombstones().equals(Tombstones.NONE) && message.tombstonesMayGoBelow() == 0),
            withBatches(
                            AppendRequest.class,
                            5,
                            AppendRequest::batches,
                            (message, out) -> LogFields.tombstones(
                                            message.tombstones(), LogFields.appendRequest(message, out))
                                    .int64(message.tombstonesMayGoBelow()),
                            LogFields::appendRequestWithTombstones)
                    .ofVersion(2),
            layout(AppendReply.class, 6, LogFields::appendReply, in -> LogFields.appendReply(in, nothing -> 0L))
                    .until(message -> message.settledBelow() == 0),
            layout(
                            AppendReply.class,
                            6,
                            (message, out) ->
                                    LogFields.appendReply(message, out).int64(message.settledBelow()),
                            in -> LogFields.appendReply(in, FieldReader::offset))
                    .ofVersion(2),
            layout(
                    PreVoteRequest.class,
                    7,
                    (message, out) -> out.int32(message.epoch()).uuid(message.question()),
                    in -> new PreVoteRequest(in.int32(), in.uuid())),
            layout(
                    PreVoteReply.class,
                    8,
                    (message, out) -> {
                        out.int32(message.epoch()).uuid(message.question()).int32(message.promisedEpoch());
                        replica(message.leader(), out).int32(message.leaderEpoch());
                        voters(message.voters(), position(message.position(), out));
                    },
                    in -> new PreVoteReply(
                            in.int32(),
                            in.uuid(),
                            in.int32(),
                            replica(in),
                            in.int32(),
                            new LogPosition(in.int32(), in.offset()),
                            voters(in))),
            layout(
                    SnapshotRequest.class,
                    9,
                    (message, out) -> out.int32(message.epoch())
                            .uuid(message.incarnation())
                            .int64(message.offset())
                            .int32(message.position()),
                    in -> new SnapshotRequest(in.int32(), in.uuid(), in.int64(), in.count())),
            new MessageLayout<>(
                    SnapshotReply.class,
                    10,
                    FIRST_VERSION,
                    message -> true,
                    message -> List.of(message.part().bytes().slice()),
                    false,
                    (message, out) -> {
                        out.int32(message.epoch())
                                .uuid(message.incarnation())
                                .int32(message.promisedEpoch())
                                .oneOf(OUTCOMES, message.outcome());
                        voters(message.voters(), place(message.place(), out));
                        out.int32(message.position())
                                .int64(message.part().offset())
                                .int32(message.part().totalBytes());
                    },
                    body -> snapshotReply(body.in(), body.bytes())));

    /** The versions of each type, the oldest first. */
    private static final Map<Class<?>, List<MessageLayout<?>>> BY_KIND =
            ALL.stream().collect(Collectors.groupingBy(MessageLayout::kind));

    private static final Map<Integer, List<MessageLayout<?>>> BY_TYPE =
            ALL.stream().collect(Collectors.groupingBy(MessageLayout::type));

    private MessageLayouts() {}

    private static SnapshotReply snapshotReply(FieldReader in, ByteBuffer bytes) {
        return new SnapshotReply(
                in.int32(),
                in.uuid(),
                in.int32(),
                in.oneOf(OUTCOMES),
                new LogPlace(in.offset(), in.int32(), in.offset()),
                voters(in),
                in.count(),
                new SnapshotStore.Part(in.int64(), in.count(), bytes));
    }

    private interface FieldsOf<M> {
        void write(M message, FieldWriter out);
    }

    private static <M extends Message> MessageLayout<M> layout(
            Class<M> kind, int type, FieldsOf<M> writer, Function<FieldReader, M> reader) {
        return new MessageLayout<>(
                kind,
                type,
                FIRST_VERSION,
                message -> true,
                message -> List.of(),
                false,
                writer::write,
                body -> reader.apply(body.alone()));
    }

    private static <M extends Message> MessageLayout<M> withBatches(
            Class<M> kind,
            int type,
            Function<M, List<RecordBatch>> batches,
            FieldsOf<M> writer,
            Function<Body, M> reader) {
        return new MessageLayout<>(
                kind,
                type,
                FIRST_VERSION,
                message -> true,
                message ->
                        batches.apply(message).stream().map(RecordBatch::bytes).toList(),
                true,
                writer::write,
                reader);
    }

    private static FieldWriter replica(@Nullable ReplicaId replica, FieldWriter out) {
        out.bool(replica != null);
        return replica == null ? out : out.string(replica.nodeId()).string(replica.replicaId());
    }

    private static @Nullable ReplicaId replica(FieldReader in) {
        return in.bool() ? new ReplicaId(in.string(), in.string()) : null;
    }

    private static FieldWriter position(LogPosition position, FieldWriter out) {
        return out.int32(position.lastEpoch()).int64(position.endOffset());
    }

    private static void voters(Voters voters, FieldWriter out) {
        out.int32(voters.configVersion()).int8(voters.ids().size());
        voters.ids().forEach(id -> out.string(id.nodeId()).string(id.replicaId()));
    }

    private static Voters voters(FieldReader in) {
        int configVersion = in.count();
        int count = in.int8();
        if (count < 0 || count > Voters.MAX_VOTERS) {
            throw in.malformed(count + " voters");
        }
        List<ReplicaId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(new ReplicaId(in.string(), in.string()));
        }
        return new Voters(ids, configVersion);
    }

    private static FieldWriter place(LogPlace place, FieldWriter out) {
        return out.int64(place.offset()).int32(place.epochBefore()).int64(place.sequenceBefore());
    }

    /**
     * The layout in which a message is written.
     *
     * @throws IllegalStateException for a type without a layout: a defect, found by the test that walks all types
     */
    static MessageLayout<?> of(Message message) {
        for (MessageLayout<?> layout : BY_KIND.getOrDefault(message.getClass(), List.of())) {
            if (layout.canSay(message)) {
                return layout;
            }
        }
        throw new IllegalStateException("No layout for " + message.getClass());
    }

    /**
     * The layout in which it was written.
     *
     * @throws UnreadableMessage if it is not known
     */
    static MessageLayout<?> of(int type, int version) {
        List<MessageLayout<?>> layouts = BY_TYPE.getOrDefault(type, List.of());
        if (layouts.isEmpty()) {
            throw new UnreadableMessage(
                    Dropped.UNKNOWN_TYPE,
                    "A replica sent a message of type " + type
                            + ", which this version does not know: upgrade this node.");
        }
        for (MessageLayout<?> layout : layouts) {
            if (layout.version() == version) {
                return layout;
            }
        }
        MessageLayout<?> newest = layouts.get(layouts.size() - 1);
        throw new UnreadableMessage(
                Dropped.UNKNOWN_VERSION,
                "A replica sent a " + newest.kind().getSimpleName() + " of version " + version
                        + ", this node knows versions up to " + newest.version() + ": upgrade the older node.");
    }
}
