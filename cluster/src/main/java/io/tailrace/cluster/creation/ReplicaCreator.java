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
import java.util.function.Supplier;
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

    /** Makes sure of one replica of a log that others have begun: see {@link io.tailrace.engine.replication.Replicas#createBlank}. */
    @FunctionalInterface
    public interface Blanks {
        /**
         * Blocking.
         *
         * @param number of the newest move of a group that is known to who asks
         * @throws TailraceException PARTITION_BUSY if more is known here
         */
        ReplicaId prepare(PartitionId partition, long number);
    }

    /** What a creator understands. */
    public sealed interface Command {}

    /** What is asked of it from another node. */
    public sealed interface Request extends Command {
        /** Names it: the same again is not begun again. */
        UUID request();

        /** Who is answered. */
        ActorRef<Answer> replyTo();
    }

    /**
     * Make sure that there is a replica of this partition, a blank one if there is none, and say which it is: always the same, and never one
     * that was lost.
     *
     * @param number of the newest move of a group that is known to who asks
     */
    public record Prepare(UUID request, PartitionId partition, long number, ActorRef<Answer> replyTo)
            implements Request {}

    /**
     * Make these, at most {@link #MAX_REPLICAS}.
     *
     * @param request names it: the same again is not begun again
     */
    public record Create(UUID request, List<NewReplica> replicas, ActorRef<Answer> replyTo) implements Request {
        /** Takes a copy. */
        public Create {
            replicas = List.copyOf(replicas);
        }
    }

    private record Ended(
            UUID request,
            @Nullable ReplicaId prepared,
            @Nullable Throwable failure) implements Command {}

    /** An answer to a {@link Request}. */
    public sealed interface Answer {
        /** Which request is meant. */
        UUID request();
    }

    /** All of them are there. */
    public record Created(UUID request) implements Answer {}

    /** This one is there. */
    public record Prepared(UUID request, ReplicaId replica) implements Answer {}

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
    public static Behavior<Command> create(UUID nodeId, Store store, Blanks blanks, Executor io) {
        return Behaviors.setup(context -> {
            ReplicaCreator creator = new ReplicaCreator(context, nodeId, store, io);
            return Behaviors.receive(Command.class)
                    .onMessage(
                            Create.class,
                            wanted -> creator.begin(wanted, () -> creator.makeAll(wanted.replicas)
                                    .thenApply(done -> null)))
                    .onMessage(
                            Prepare.class,
                            wanted -> creator.begin(
                                    wanted,
                                    () -> CompletableFuture.supplyAsync(
                                            () -> blanks.prepare(wanted.partition, wanted.number), io)))
                    .onMessage(Ended.class, creator::end)
                    .build();
        });
    }

    private Behavior<Command> begin(Request wanted, Supplier<CompletableFuture<@Nullable ReplicaId>> work) {
        UUID request = wanted.request();
        if (underWay.replace(request, wanted.replyTo()) != null) {
            wanted.replyTo().tell(new Creating(request));
        } else if (underWay.size() >= MAX_REQUESTS) {
            wanted.replyTo()
                    .tell(new NotCreated(
                            request, ErrorCode.PARTITION_BUSY, "It makes other replicas at the moment: ask again."));
        } else {
            underWay.put(request, wanted.replyTo());
            context.pipeToSelf(work.get(), (prepared, failure) -> new Ended(request, prepared, failure));
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
            replyTo.tell(
                    ended.prepared == null ? new Created(ended.request) : new Prepared(ended.request, ended.prepared));
        } else {
            TailraceException why = Failures.named(ended.failure);
            replyTo.tell(new NotCreated(ended.request, why.code(), String.valueOf(why.getMessage())));
        }
        return Behaviors.same();
    }
}
