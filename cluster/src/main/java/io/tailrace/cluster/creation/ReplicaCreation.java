package io.tailrace.cluster.creation;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Has replicas made on all of their nodes: a bounded number of them at a time on each. What got no answer is said again, until a
 * node has been silent for too long, or at it for too long. It ends with one outcome, and then stops.
 */
public final class ReplicaCreation {
    /** A node that answers that it is still at it may take so many times the patience with a silent one. */
    static final int LONGEST_WORK = 12;

    private static final int TRIES_WITHIN_PATIENCE = 5;

    private final ActorContext<Command> context;
    private final ReplicaCreators creators;
    private final Consumer<@Nullable TailraceException> outcome;
    private final Duration patience;
    private final LongSupplier nanoClock;
    private final ActorRef<ReplicaCreator.Answer> answers;
    private final Map<UUID, Work> byRequest = new HashMap<>();

    /** What it hears. */
    public sealed interface Command {}

    private record Heard(ReplicaCreator.Answer answer) implements Command {}

    private enum Tick implements Command {
        INSTANCE
    }

    /** What one node has still to make: the request that it works on, and those that follow. */
    private static final class Work {
        private final UUID node;
        private final Queue<List<NewReplica>> left = new ArrayDeque<>();
        private UUID request = UUID.randomUUID();
        private List<NewReplica> current = List.of();
        private long begun;
        private long heard;

        Work(UUID node, List<NewReplica> replicas) {
            this.node = node;
            for (int from = 0; from < replicas.size(); from += ReplicaCreator.MAX_REPLICAS) {
                left.add(replicas.subList(from, Math.min(replicas.size(), from + ReplicaCreator.MAX_REPLICAS)));
            }
        }
    }

    private ReplicaCreation(
            ActorContext<Command> context,
            ReplicaCreators creators,
            Duration patience,
            LongSupplier nanoClock,
            Consumer<@Nullable TailraceException> outcome) {
        this.context = context;
        this.creators = creators;
        this.patience = patience;
        this.nanoClock = nanoClock;
        this.outcome = outcome;
        this.answers = context.messageAdapter(ReplicaCreator.Answer.class, Heard::new);
    }

    /**
     * One creation.
     *
     * @param byNode what each node has to make
     * @param patience how long a node may be silent
     * @param outcome called once, on the actor's thread: {@code null} when every replica is durable, or NOT_ENOUGH_NODES when a
     *     node does not answer, or what a node refuses it with
     */
    public static Behavior<Command> create(
            Map<UUID, List<NewReplica>> byNode,
            ReplicaCreators creators,
            Duration patience,
            LongSupplier nanoClock,
            Consumer<@Nullable TailraceException> outcome) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            ReplicaCreation creation = new ReplicaCreation(context, creators, patience, nanoClock, outcome);
            timers.startTimerWithFixedDelay(Tick.INSTANCE, patience.dividedBy(TRIES_WITHIN_PATIENCE));
            byNode.forEach((node, replicas) -> creation.next(new Work(node, replicas)));
            return creation.endIfDone(Behaviors.receive(Command.class)
                    .onMessage(Heard.class, creation::heard)
                    .onMessageEquals(Tick.INSTANCE, creation::again)
                    .build());
        }));
    }

    private void next(Work work) {
        List<NewReplica> replicas = work.left.poll();
        if (replicas != null) {
            work.request = UUID.randomUUID();
            work.current = replicas;
            work.begun = nanoClock.getAsLong();
            work.heard = work.begun;
            byRequest.put(work.request, work);
            send(work);
        }
    }

    private void send(Work work) {
        creators.tell(work.node, new ReplicaCreator.Create(work.request, work.current, answers));
    }

    private Behavior<Command> heard(Heard heard) {
        Work work = byRequest.get(heard.answer.request());
        if (work == null) {
            // Said twice.
            return Behaviors.same();
        }
        work.heard = nanoClock.getAsLong();
        if (heard.answer instanceof ReplicaCreator.Created created) {
            byRequest.remove(created.request());
            next(work);
        } else if (heard.answer instanceof ReplicaCreator.NotCreated not && not.code() != ErrorCode.PARTITION_BUSY) {
            return end(new TailraceException(
                    not.code(), "Node " + work.node + " cannot make its replicas: " + not.message()));
        }
        return endIfDone(Behaviors.same());
    }

    private Behavior<Command> again() {
        long now = nanoClock.getAsLong();
        for (Work work : byRequest.values()) {
            if (now - work.heard >= patience.toNanos()
                    || now - work.begun >= patience.multipliedBy(LONGEST_WORK).toNanos()) {
                return end(new TailraceException(
                        ErrorCode.NOT_ENOUGH_NODES,
                        "Node " + work.node
                                + ", which is to hold a replica, did not make it in time: start that node, or"
                                + " wait until it is less busy, and ask again."));
            }
            send(work);
        }
        return Behaviors.same();
    }

    private Behavior<Command> endIfDone(Behavior<Command> otherwise) {
        return byRequest.isEmpty() ? end(null) : otherwise;
    }

    private Behavior<Command> end(@Nullable TailraceException failure) {
        context.getLog().debug("Replicas made: {}", failure == null ? "all" : failure.getMessage());
        outcome.accept(failure);
        return Behaviors.stopped();
    }
}
