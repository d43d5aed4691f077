package io.tailrace.cluster.creation;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * What is said to the {@link ReplicaCreator} of another node, and its answers, as bytes, big-endian, under a manifest that names what it
 * is and its version. An actor is its path as a string.
 *
 * <pre>
 *   create-replicas/1   request uuid, actor, count int32, (topic's uuid, partition int32, voters int32, voter uuid*)*
 *   prepare-replica/1   request uuid, actor, topic's uuid, partition int32, number int64
 *   created/1           request uuid
 *   prepared/1          request uuid, node's id, replica's id
 *   creating/1          request uuid
 *   not-created/1       request uuid, error code, message
 * </pre>
 *
 * <p>A manifest that is not known is refused with SERIALIZATION_FAILED; Pekko logs and drops that message, as if it had been lost.
 */
public final class CreationFormat extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_105;

    private static final String CREATE = "create-replicas/1";
    private static final String PREPARE = "prepare-replica/1";
    private static final String PREPARED = "prepared/1";
    private static final String CREATED = "created/1";
    private static final String CREATING = "creating/1";
    private static final String NOT_CREATED = "not-created/1";

    private final ExtendedActorSystem system;

    /** Pekko makes it. */
    public CreationFormat(ExtendedActorSystem system) {
        this.system = system;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        if (object instanceof ReplicaCreator.Create) {
            return CREATE;
        }
        if (object instanceof ReplicaCreator.Prepare) {
            return PREPARE;
        }
        if (object instanceof ReplicaCreator.Prepared) {
            return PREPARED;
        }
        if (object instanceof ReplicaCreator.Created) {
            return CREATED;
        }
        if (object instanceof ReplicaCreator.Creating) {
            return CREATING;
        }
        if (object instanceof ReplicaCreator.NotCreated) {
            return NOT_CREATED;
        }
        throw new IllegalArgumentException("Never leaves its node: " + object.getClass());
    }

    @Override
    public byte[] toBinary(Object object) {
        FieldWriter out = new FieldWriter();
        if (object instanceof ReplicaCreator.Create create) {
            out.uuid(create.request())
                    .string(resolver().toSerializationFormat(create.replyTo()))
                    .int32(create.replicas().size());
            create.replicas().forEach(replica -> write(replica, out));
        } else if (object instanceof ReplicaCreator.Prepare prepare) {
            out.uuid(prepare.request())
                    .string(resolver().toSerializationFormat(prepare.replyTo()))
                    .uuid(prepare.partition().topicId())
                    .int32(prepare.partition().partition())
                    .int64(prepare.number());
        } else {
            ReplicaCreator.Answer answer = (ReplicaCreator.Answer) object;
            out.uuid(answer.request());
            if (answer instanceof ReplicaCreator.Prepared prepared) {
                out.string(prepared.replica().nodeId())
                        .string(prepared.replica().replicaId());
            }
            if (answer instanceof ReplicaCreator.NotCreated not) {
                out.string(not.code().name()).string(not.message());
            }
        }
        return out.toBytes();
    }

    private static void write(NewReplica replica, FieldWriter out) {
        out.uuid(replica.partition().topicId())
                .int32(replica.partition().partition())
                .int32(replica.voters().size());
        replica.voters().forEach(out::uuid);
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        FieldReader in = new FieldReader(ByteBuffer.wrap(bytes), "A message of kind " + manifest);
        Object object =
                switch (manifest) {
                    case CREATE -> create(in);
                    case PREPARE -> prepare(in);
                    case PREPARED -> new ReplicaCreator.Prepared(in.uuid(), new ReplicaId(in.string(), in.string()));
                    case CREATED -> new ReplicaCreator.Created(in.uuid());
                    case CREATING -> new ReplicaCreator.Creating(in.uuid());
                    case NOT_CREATED -> new ReplicaCreator.NotCreated(in.uuid(), in.errorCode(), in.string());
                    default ->
                        throw new TailraceException(
                                ErrorCode.SERIALIZATION_FAILED,
                                "Another node says '" + manifest
                                        + "' about replicas to be made, which this version does not know: upgrade the"
                                        + " older node.");
                };
        in.end();
        return object;
    }

    private ReplicaCreator.Prepare prepare(FieldReader in) {
        UUID request = in.uuid();
        ActorRef<ReplicaCreator.Answer> replyTo = resolver().resolveActorRef(in.string());
        return new ReplicaCreator.Prepare(request, new PartitionId(in.uuid(), in.count()), in.int64(), replyTo);
    }

    private ReplicaCreator.Create create(FieldReader in) {
        UUID request = in.uuid();
        ActorRef<ReplicaCreator.Answer> replyTo = resolver().resolveActorRef(in.string());
        int count = in.count();
        if (count > ReplicaCreator.MAX_REPLICAS) {
            throw in.malformed(count + " replicas");
        }
        List<NewReplica> replicas = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            PartitionId partition = new PartitionId(in.uuid(), in.count());
            List<UUID> voters = new ArrayList<>();
            for (int left = in.count(); left > 0; left--) {
                voters.add(in.uuid());
            }
            replicas.add(new NewReplica(partition, voters));
        }
        return new ReplicaCreator.Create(request, replicas, replyTo);
    }

    private ActorRefResolver resolver() {
        return ActorRefResolver.get(Adapter.toTyped(system));
    }
}
