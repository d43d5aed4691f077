package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.cluster.replication.MessageLayout.Body;
import io.tailrace.engine.log.EpochEnd;
import io.tailrace.engine.log.Tombstones;
import io.tailrace.engine.replication.quorum.Message.AppendReply;
import io.tailrace.engine.replication.quorum.Message.AppendRequest;
import io.tailrace.engine.replication.quorum.Message.CopyReply;
import io.tailrace.engine.replication.quorum.Message.Outcome;
import java.util.List;
import java.util.function.ToLongFunction;

/** The fields of the messages that bring batches, and of their answers: those of version 1, and what version 2 has behind them. */
final class LogFields {
    static final List<Outcome> OUTCOMES = List.of(Outcome.REFUSED, Outcome.DIVERGED, Outcome.MATCHED);

    private LogFields() {}

    static FieldWriter copyReply(CopyReply message, FieldWriter out) {
        out.int32(message.epoch())
                .uuid(message.incarnation())
                .int32(message.promisedEpoch())
                .oneOf(OUTCOMES, message.outcome())
                .int64(message.offset())
                .int32(message.previousEpoch());
        return epochEnd(message.divergence(), out).int64(message.logStart());
    }

    static CopyReply copyReply(Body body) {
        FieldReader in = body.in();
        return new CopyReply(
                in.count(),
                in.uuid(),
                in.int32(),
                in.oneOf(OUTCOMES),
                in.offset(),
                in.int32(),
                new EpochEnd(in.int32(), in.offset()),
                in.offset(),
                body.batches());
    }

    static FieldWriter appendRequest(AppendRequest message, FieldWriter out) {
        return out.int32(message.epoch())
                .uuid(message.incarnation())
                .int64(message.round())
                .int64(message.previousOffset())
                .int32(message.previousEpoch())
                .int64(message.highWatermark())
                .int64(message.logStart())
                .int64(message.snapshotWanted())
                .int64(message.confirmedStart());
    }

    static AppendRequest appendRequest(Body body) {
        FieldReader in = body.in();
        return new AppendRequest(
                in.count(),
                in.uuid(),
                in.offset(),
                in.offset(),
                in.int32(),
                body.batches(),
                in.offset(),
                in.offset(),
                in.offset(),
                in.offset());
    }

    static FieldWriter appendReply(AppendReply message, FieldWriter out) {
        out.int32(message.epoch())
                .int32(message.promisedEpoch())
                .oneOf(OUTCOMES, message.outcome())
                .int64(message.round());
        return epochEnd(message.divergence(), out)
                .int64(message.matchedOffset())
                .int64(message.fsyncedOffset())
                .int64(message.snapshotOffset())
                .int64(message.start());
    }

    static AppendReply appendReply(FieldReader in, ToLongFunction<FieldReader> settledBelow) {
        return new AppendReply(
                in.count(),
                in.int32(),
                in.oneOf(OUTCOMES),
                in.offset(),
                new EpochEnd(in.int32(), in.offset()),
                in.offset(),
                in.offset(),
                in.offset(),
                in.offset(),
                settledBelow.applyAsLong(in));
    }

    static FieldWriter tombstones(Tombstones tombstones, FieldWriter out) {
        return out.int64(tombstones.settledBelow()).int64(tombstones.goneBelow());
    }

    static Tombstones tombstones(FieldReader in) {
        return new Tombstones(in.offset(), in.offset());
    }

    static CopyReply copyReplyWithTombstones(Body body) {
        CopyReply said = copyReply(body);
        return new CopyReply(
                said.epoch(),
                said.incarnation(),
                said.promisedEpoch(),
                said.outcome(),
                said.offset(),
                said.previousEpoch(),
                said.divergence(),
                said.logStart(),
                said.batches(),
                tombstones(body.in()));
    }

    static AppendRequest appendRequestWithTombstones(Body body) {
        AppendRequest said = appendRequest(body);
        return new AppendRequest(
                said.epoch(),
                said.incarnation(),
                said.round(),
                said.previousOffset(),
                said.previousEpoch(),
                said.batches(),
                said.highWatermark(),
                said.logStart(),
                said.snapshotWanted(),
                said.confirmedStart(),
                tombstones(body.in()),
                body.in().offset());
    }

    private static FieldWriter epochEnd(EpochEnd end, FieldWriter out) {
        return out.int32(end.epoch()).int64(end.endOffset());
    }
}
