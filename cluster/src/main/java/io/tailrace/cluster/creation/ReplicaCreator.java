package io.tailrace.cluster.creation;

import io.tailrace.cluster.placement.FirstVoters;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Makes replicas on this node for the catalogue, wherever that is. It answers when they are durable; asked again for the same it
 * makes nothing twice.
 */
public final class ReplicaCreator {
    /** The name of the system actor, by which other nodes find it. */
    public static final String NAME = "tailrace-replica-creator";

    /** The most that is asked for at a time. */
    static final int MAX_REPLICAS = 256;
    /** More requests than that wait elsewhere. */
    private static final int MAX_REQUESTS = 16;
    /** A replica costs a few fsyncs, which several threads share. */
    private static final int THREADS = 8;

    private final ActorContext<Command> context;
    private final UUID nodeId;
    private final Store store;
    private final Executor io;
    /** Who is to be answered, by request. */
    private final Map<UUID, ActorRef<Answer>> underWay = new HashMap<>();

    /** Makes one replica, durably: see {@link io.tailrace.engine.replication.Replicas#create}. */
    @FunctionalInterface
    public interface Store {
        /** Blocking. */
        void create(String name, ReplicaId self, Voters first);
    }

    /** What a creator understands. */
    public sealed interface Command {}

    /**
     * Make these, at most {@link #MAX_REPLICAS}.
     *
     * @param request names it: the same again is not begun again
     */
    public record Create(UUID request, List<NewReplica> replicas, ActorRef<Answer> replyTo) implements Command {
        /** Takes a copy. */
        public Create {
            replicas = List.copyOf(replicas);
        }
    }

    private record Ended(UUID request, @Nullable Throwable failure) implements Command {}

    /** An answer to {@link Create}. */
    public sealed interface Answer {
        /** Which request is meant. */
        UUID request();
    }

    /** All of them are there. */
    public record Created(UUID request) implements Answer {}

    /** Asked for again, it is still at it. */
    public record Creating(UUID request) implements Answer {}

    /** Some of them may be there, some are not. */
    public record NotCreated(UUID request, ErrorCode code, String message) implements Answer {}

    private ReplicaCreator(ActorContext<Command> context, UUID nodeId, Store store, Executor io) {
        this.context = context;
        this.nodeId = nodeId;
        this.store = store;
        this.io = io;
    }

    /**
     * The creator of a node.
     *
     * @param io for blocking work
     */
    public static Behavior<Command> create(UUID nodeId, Store store, Executor io) {
        return Behaviors.setup(context -> {
            ReplicaCreator creator = new ReplicaCreator(context, nodeId, store, io);
            return Behaviors.receive(Command.class)
                    .onMessage(Create.class, creator::begin)
                    .onMessage(Ended.class, creator::end)
                    .build();
        });
    }

    private Behavior<Command> begin(Create wanted) {
        if (underWay.replace(wanted.request, wanted.replyTo) != null) {
            wanted.replyTo.tell(new Creating(wanted.request));
        } else if (underWay.size() >= MAX_REQUESTS) {
            wanted.replyTo.tell(new NotCreated(
                    wanted.request, ErrorCode.PARTITION_BUSY, "It makes other replicas at the moment: ask again."));
        } else {
            underWay.put(wanted.request, wanted.replyTo);
            context.pipeToSelf(makeAll(wanted.replicas), (done, failure) -> new Ended(wanted.request, failure));
        }
        return Behaviors.same();
    }

    private CompletableFuture<Void> makeAll(List<NewReplica> replicas) {
        List<CompletableFuture<Void>> parts = new ArrayList<>();
        for (int thread = 0; thread < Math.min(THREADS, replicas.size()); thread++) {
            int first = thread;
            parts.add(CompletableFuture.runAsync(
                    () -> {
                        for (int n = first; n < replicas.size(); n += THREADS) {
                            make(replicas.get(n));
                        }
                    },
                    io));
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new));
    }

    private void make(NewReplica replica) {
        PartitionId partition = replica.partition();
        if (!replica.voters().contains(nodeId)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Node " + nodeId + " is asked for a replica of partition " + partition
                            + ", of which it is no voter: nothing was made.");
        }
        store.create(
                partition.text(), FirstVoters.replica(partition, nodeId), FirstVoters.of(partition, replica.voters()));
    }

    private Behavior<Command> end(Ended ended) {
        ActorRef<Answer> replyTo = underWay.remove(ended.request);
        if (replyTo == null) {
            return Behaviors.same();
        }
        if (ended.failure == null) {
            replyTo.tell(new Created(ended.request));
        } else {
            TailraceException why = Failures.named(ended.failure);
            replyTo.tell(new NotCreated(ended.request, why.code(), String.valueOf(why.getMessage())));
        }
        return Behaviors.same();
    }
}
