package io.tailrace.cluster.fetch;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.cluster.link.Frame;
import io.tailrace.cluster.link.FrameKind;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.List;
import java.util.OptionalLong;
import org.apache.pekko.util.ByteString;

/**
 * A reader's questions and their answers as frames, big-endian. A partition is its topic's uuid and its number as int32.
 *
 * <pre>
 *   request    kind int8 (17), version int8, request id int64, type int8, reader int64, then
 *     1 fetch             partition, offset int64, max bytes int32
 *     2 offsets           partition
 *     3 offset for time   partition, timestamp int64
 *     4 close
 *   response   kind int8 (18), version int8, request id int64, type int8, then
 *     1 batches           high watermark int64; the payload is whole batches
 *     2 offsets           start int64, end int64
 *     3 offset for time   found int8, offset int64
 *     4 failed            error code, message, start int64, end int64
 * </pre>
 *
 * <p>A request of another version or type is answered with SERIALIZATION_FAILED.
 */
final class ReadFormat {
    private static final int VERSION = 1;
    /** Longer texts are cut: they are for people. */
    private static final int MAX_MESSAGE_CHARACTERS = 4096;

    private ReadFormat() {}

    /** A request with the id that its answer will have. */
    record Numbered<T>(long id, T what) {}

    /** A frame that says who asks, but not what: it can be answered by name. */
    static final class UnknownRequest extends TailraceException {
        private static final long serialVersionUID = 1L;

        private final long id;

        UnknownRequest(long id, String message) {
            super(ErrorCode.SERIALIZATION_FAILED, message);
            this.id = id;
        }

        long id() {
            return id;
        }
    }

    static ByteString encode(long id, ReadRequest request) {
        FieldWriter out = new FieldWriter()
                .int8(FrameKind.READ_REQUEST)
                .int8(VERSION)
                .int64(id)
                .int8(type(request))
                .int64(request.reader());
        if (request instanceof ReadRequest.Fetch fetch) {
            partition(fetch.partition(), out).int64(fetch.offset()).int32(fetch.maxBytes());
        } else if (request instanceof ReadRequest.Offsets offsets) {
            partition(offsets.partition(), out);
        } else if (request instanceof ReadRequest.OffsetForTime time) {
            partition(time.partition(), out).int64(time.timestampMillis());
        }
        return Frame.encode(out.toBytes());
    }

    private static int type(ReadRequest request) {
        if (request instanceof ReadRequest.Fetch) {
            return 1;
        }
        if (request instanceof ReadRequest.Offsets) {
            return 2;
        }
        return request instanceof ReadRequest.OffsetForTime ? 3 : 4;
    }

    private static FieldWriter partition(PartitionId partition, FieldWriter out) {
        return out.uuid(partition.topicId()).int32(partition.partition());
    }

    /**
     * Reads a request.
     *
     * @throws UnknownRequest for another version or type; the version says nothing about the id, which stays where it is
     * @throws TailraceException SERIALIZATION_FAILED if it does not fit its layout
     */
    static Numbered<ReadRequest> request(Frame frame) {
        FieldReader in = new FieldReader(frame.head().duplicate(), "A request of a reader");
        int kind = in.int8();
        int version = in.int8();
        long id = in.int64();
        if (kind != FrameKind.READ_REQUEST || version != VERSION) {
            throw new UnknownRequest(
                    id,
                    "A request of a reader has kind " + kind + " and version " + version + ", this node knows version "
                            + VERSION + ": upgrade the older node.");
        }
        int type = in.int8();
        long reader = in.int64();
        ReadRequest request =
                switch (type) {
                    case 1 -> new ReadRequest.Fetch(reader, partition(in), in.int64(), in.count());
                    case 2 -> new ReadRequest.Offsets(reader, partition(in));
                    case 3 -> new ReadRequest.OffsetForTime(reader, partition(in), in.int64());
                    case 4 -> new ReadRequest.Close(reader);
                    default ->
                        throw new UnknownRequest(
                                id, "A request of a reader has type " + type + ": upgrade the older node.");
                };
        in.end();
        return new Numbered<>(id, request);
    }

    private static PartitionId partition(FieldReader in) {
        return new PartitionId(in.uuid(), in.count());
    }

    static ByteString encode(long id, ReadResponse response) {
        FieldWriter out =
                new FieldWriter().int8(FrameKind.READ_RESPONSE).int8(VERSION).int64(id);
        if (response instanceof ReadResponse.Batches batches) {
            out.int8(1).int64(batches.highWatermark());
            return Frame.encode(out.toBytes(), List.of(batches.batches()));
        }
        if (response instanceof ReadResponse.Range range) {
            out.int8(2)
                    .int64(range.offsets().startOffset())
                    .int64(range.offsets().endOffset());
        } else if (response instanceof ReadResponse.AtTime time) {
            out.int8(3).bool(time.offset().isPresent()).int64(time.offset().orElse(0));
        } else if (response instanceof ReadResponse.Failed failed) {
            String message = failed.message();
            out.int8(4)
                    .string(failed.code().name())
                    .string(message.substring(0, Math.min(message.length(), MAX_MESSAGE_CHARACTERS)))
                    .int64(failed.startOffset())
                    .int64(failed.endOffset());
        }
        return Frame.encode(out.toBytes());
    }

    /**
     * Reads a response; one of another version or type is {@link ReadResponse.Failed}.
     *
     * @throws TailraceException SERIALIZATION_FAILED if it does not fit its layout
     */
    static Numbered<ReadResponse> response(Frame frame) {
        FieldReader in = new FieldReader(frame.head().duplicate(), "An answer to a reader");
        if (in.int8() != FrameKind.READ_RESPONSE) {
            throw in.malformed("another kind");
        }
        int version = in.int8();
        long id = in.int64();
        int type = in.int8();
        if (version != VERSION || type < 1 || type > 4) {
            return new Numbered<>(
                    id,
                    new ReadResponse.Failed(
                            ErrorCode.SERIALIZATION_FAILED,
                            "An answer to a reader has version " + version + " and type " + type
                                    + ": upgrade the older node.",
                            -1,
                            -1));
        }
        ReadResponse response =
                switch (type) {
                    case 1 -> new ReadResponse.Batches(frame.payload(), in.offset());
                    case 2 -> new ReadResponse.Range(new OffsetRange(in.offset(), in.offset()));
                    case 3 -> atTime(in.bool(), in.int64());
                    default -> new ReadResponse.Failed(in.errorCode(), in.string(), in.int64(), in.int64());
                };
        in.end();
        return new Numbered<>(id, response);
    }

    private static ReadResponse atTime(boolean found, long offset) {
        return new ReadResponse.AtTime(found ? OptionalLong.of(offset) : OptionalLong.empty());
    }
}
