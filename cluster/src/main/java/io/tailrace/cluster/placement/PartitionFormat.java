package io.tailrace.cluster.placement;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * What is said to a partition on another node, and its answers, as bytes, big-endian, under a manifest that names what it is and its
 * version. A partition is its topic's uuid and its number as int32, an actor is its path as a string.
 *
 * <pre>
 *   envelope/2          partition, group as its text, manifest of the message, message
 *   locate/1            partition, actor
 *   append/1            partition, actor, batch
 *   delete-records/1    partition, before offset int64, actor
 *   list-offsets/1      partition, actor
 *   describe/1          partition, actor
 *   leads/1             actor, epoch int32, node id
 *   unavailable/1       error code, message
 *   appended/1          base offset int64, append time int64
 *   deleted/1           start offset int64, end offset int64
 *   offsets/1           start offset int64, end offset int64
 *   description/2       node id, epoch int32, start offset int64, high watermark int64, end offset int64,
 *                       count int32 (node id, end offset int64, flags int8: 1 votes, 2 was heard lately)*
 *   refused/1           error code, message
 * </pre>
 *
 * <p>A manifest that is not known is refused with SERIALIZATION_FAILED; Pekko logs and drops that message, and the sender hears nothing,
 * as if it had been lost.
 */
public final class PartitionFormat extends SerializerWithStringManifest implements ByteBufferSerializer {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_102;

    private static final String ENVELOPE = "envelope/2";
    private static final String LOCATE = "locate/1";
    private static final String APPEND = "append/1";
    private static final String DELETE_RECORDS = "delete-records/1";
    private static final String LIST_OFFSETS = "list-offsets/1";
    private static final String DESCRIBE = "describe/1";
    private static final String LEADS = "leads/1";
    private static final String UNAVAILABLE = "unavailable/1";
    private static final String APPENDED = "appended/1";
    private static final String DELETED = "deleted/1";
    private static final String OFFSETS = "offsets/1";
    private static final String DESCRIPTION = "description/2";
    private static final String REFUSED = "refused/1";

    /** Flags of a replica. */
    private static final int VOTER = 1;

    private static final int LIVE = 2;

    private final ExtendedActorSystem system;

    /** Pekko makes it. */
    public PartitionFormat(ExtendedActorSystem system) {
        this.system = system;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        if (object instanceof PartitionEnvelope) {
            return ENVELOPE;
        }
        if (object instanceof Partition.Command command) {
            return manifestOf(command);
        }
        if (object instanceof Partition.Leads) {
            return LEADS;
        }
        if (object instanceof Partition.Unavailable) {
            return UNAVAILABLE;
        }
        if (object instanceof Partition.Appended) {
            return APPENDED;
        }
        if (object instanceof Partition.Deleted) {
            return DELETED;
        }
        if (object instanceof Partition.Offsets) {
            return OFFSETS;
        }
        if (object instanceof Partition.Description) {
            return DESCRIPTION;
        }
        if (object instanceof Partition.Refused) {
            return REFUSED;
        }
        throw local(object);
    }

    private static String manifestOf(Partition.Command command) {
        if (command instanceof Partition.Locate) {
            return LOCATE;
        }
        if (command instanceof Partition.Append) {
            return APPEND;
        }
        if (command instanceof Partition.DeleteRecords) {
            return DELETE_RECORDS;
        }
        if (command instanceof Partition.ListOffsets) {
            return LIST_OFFSETS;
        }
        if (command instanceof Partition.Describe) {
            return DESCRIBE;
        }
        throw local(command);
    }

    private static IllegalArgumentException local(Object object) {
        return new IllegalArgumentException("Never leaves its node: " + object.getClass());
    }

    @Override
    public byte[] toBinary(Object object) {
        FieldWriter out = new FieldWriter();
        write(object, out);
        return out.toBytes();
    }

    @Override
    public void toBinary(Object object, ByteBuffer buffer) {
        if (object instanceof Partition.Append append) {
            FieldWriter out = new FieldWriter();
            writeHead(append, out);
            buffer.put(out.toBytes()).put(append.batch().bytes());
        } else {
            buffer.put(toBinary(object));
        }
    }

    private void write(Object object, FieldWriter out) {
        if (object instanceof PartitionEnvelope envelope) {
            partition(envelope.partition(), out).string(envelope.group().text()).string(manifest(envelope.message()));
            write(envelope.message(), out);
        } else if (object instanceof Partition.Command command) {
            writeCommand(command, out);
        } else if (object instanceof Partition.Leads leads) {
            out.string(path(leads.leader())).int32(leads.epoch()).string(leads.nodeId());
        } else if (object instanceof Partition.Unavailable unavailable) {
            out.string(unavailable.code().name()).string(unavailable.message());
        } else if (object instanceof Partition.Appended appended) {
            out.int64(appended.baseOffset()).int64(appended.appendTimeMillis());
        } else if (object instanceof Partition.Deleted deleted) {
            out.int64(deleted.startOffset()).int64(deleted.endOffset());
        } else if (object instanceof Partition.Offsets offsets) {
            out.int64(offsets.startOffset()).int64(offsets.endOffset());
        } else if (object instanceof Partition.Description description) {
            writeDescription(description, out);
        } else if (object instanceof Partition.Refused refused) {
            out.string(refused.code().name()).string(refused.message());
        } else {
            throw local(object);
        }
    }

    private static void writeDescription(Partition.Description description, FieldWriter out) {
        out.string(description.nodeId())
                .int32(description.epoch())
                .int64(description.startOffset())
                .int64(description.highWatermark())
                .int64(description.endOffset())
                .int32(description.replicas().size());
        for (Partition.ReplicaState replica : description.replicas()) {
            out.string(replica.nodeId())
                    .int64(replica.endOffset())
                    .int8((replica.voter() ? VOTER : 0) | (replica.live() ? LIVE : 0));
        }
    }

    private static Partition.Description readDescription(FieldReader in) {
        String node = in.string();
        int epoch = in.int32();
        long start = in.offset();
        long highWatermark = in.offset();
        long end = in.offset();
        List<Partition.ReplicaState> replicas = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            String at = in.string();
            long replicaEnd = in.offset();
            int flags = in.int8();
            replicas.add(new Partition.ReplicaState(at, replicaEnd, (flags & VOTER) != 0, (flags & LIVE) != 0));
        }
        return new Partition.Description(node, epoch, start, highWatermark, end, replicas);
    }

    private void writeCommand(Partition.Command command, FieldWriter out) {
        if (command instanceof Partition.Locate locate) {
            partition(locate.partition(), out).string(path(locate.replyTo()));
        } else if (command instanceof Partition.Append append) {
            writeHead(append, out);
            out.raw(append.batch().bytes());
        } else if (command instanceof Partition.DeleteRecords wanted) {
            partition(wanted.partition(), out).int64(wanted.beforeOffset()).string(path(wanted.replyTo()));
        } else if (command instanceof Partition.ListOffsets asked) {
            partition(asked.partition(), out).string(path(asked.replyTo()));
        } else if (command instanceof Partition.Describe asked) {
            partition(asked.partition(), out).string(path(asked.replyTo()));
        } else {
            throw local(command);
        }
    }

    private void writeHead(Partition.Append append, FieldWriter out) {
        partition(append.partition(), out).string(path(append.replyTo()));
    }

    private static FieldWriter partition(PartitionId partition, FieldWriter out) {
        return out.uuid(partition.topicId()).int32(partition.partition());
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        FieldReader in = new FieldReader(ByteBuffer.wrap(bytes), "A message of kind " + manifest);
        Object object = read(manifest, in);
        in.end();
        return object;
    }

    /** The buffer is the transport's, which will write into it again. */
    @Override
    public Object fromBinary(ByteBuffer buffer, String manifest) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return fromBinary(bytes, manifest);
    }

    private Object read(String manifest, FieldReader in) {
        return switch (manifest) {
            case ENVELOPE -> {
                PartitionId partition = partition(in);
                PlacementGroup group = group(in);
                String inner = in.string();
                if (read(inner, in) instanceof Partition.Command command) {
                    yield new PartitionEnvelope(partition, group, command);
                }
                throw in.malformed("a " + inner + " inside");
            }
            case LOCATE -> new Partition.Locate(partition(in), actor(in));
            case APPEND -> append(in);
            case DELETE_RECORDS -> new Partition.DeleteRecords(partition(in), in.int64(), actor(in));
            case LEADS -> new Partition.Leads(actor(in), in.int32(), in.string());
            case UNAVAILABLE -> new Partition.Unavailable(in.errorCode(), in.string());
            case APPENDED -> new Partition.Appended(in.int64(), in.int64());
            case DELETED -> new Partition.Deleted(in.offset(), in.offset());
            case LIST_OFFSETS -> new Partition.ListOffsets(partition(in), actor(in));
            case OFFSETS -> new Partition.Offsets(in.offset(), in.offset());
            case DESCRIBE -> new Partition.Describe(partition(in), actor(in));
            case DESCRIPTION -> readDescription(in);
            case REFUSED -> new Partition.Refused(in.errorCode(), in.string());
            default ->
                throw new TailraceException(
                        ErrorCode.SERIALIZATION_FAILED,
                        "Another node says '" + manifest
                                + "' to a partition, which this version does not know: upgrade the older node.");
        };
    }

    private Partition.Append append(FieldReader in) {
        PartitionId partition = partition(in);
        ActorRef<Partition.AppendReply> replyTo = actor(in);
        ByteBuffer rest = in.rest();
        RecordBatch batch = RecordBatch.at(rest);
        if (batch.sizeInBytes() != rest.remaining()) {
            throw in.malformed(rest.remaining() + " bytes for a batch of " + batch.sizeInBytes());
        }
        return new Partition.Append(partition, batch, replyTo);
    }

    private static PlacementGroup group(FieldReader in) {
        String text = in.string();
        return PlacementGroup.parse(text).orElseThrow(() -> in.malformed("a group '" + text + "'"));
    }

    private static PartitionId partition(FieldReader in) {
        return new PartitionId(in.uuid(), in.count());
    }

    private <T> ActorRef<T> actor(FieldReader in) {
        return resolver().resolveActorRef(in.string());
    }

    private String path(ActorRef<?> actor) {
        return resolver().toSerializationFormat(actor);
    }

    private ActorRefResolver resolver() {
        return ActorRefResolver.get(Adapter.toTyped(system));
    }
}
