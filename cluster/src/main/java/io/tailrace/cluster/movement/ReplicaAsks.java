package io.tailrace.cluster.movement;

import io.tailrace.cluster.creation.ReplicaCreator;
import io.tailrace.cluster.creation.ReplicaCreators;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Asks other nodes which replica of a partition they have, and has it made if there is none. Thread-safe. */
public final class ReplicaAsks {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** A node that is up is not at once one that can be asked, and what it is sent until then gets lost. */
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final ActorSystem<?> system;
    private final ReplicaCreators creators;
    private final Map<UUID, CompletableFuture<ReplicaId>> underWay = new ConcurrentHashMap<>();
    private final ActorRef<ReplicaCreator.Answer> answers;

    /** Asks by those ways, and hears the answers in an actor of its own. */
    public ReplicaAsks(ActorSystem<?> system, ReplicaCreators creators) {
        this.system = system;
        this.creators = creators;
        this.answers = system.systemActorOf(
                Behaviors.receive(ReplicaCreator.Answer.class)
                        .onMessage(ReplicaCreator.Answer.class, this::heard)
                        .build(),
                "tailrace-replica-asks",
                Props.empty());
    }

    /**
     * Which replica of that partition the node has from now on. Fails with what keeps it from making one, or PARTITION_UNAVAILABLE if it does
     * not answer.
     *
     * @param number of the newest move that is known here
     */
    public CompletionStage<ReplicaId> prepare(UUID node, PartitionId partition, long number) {
        UUID request = UUID.randomUUID();
        CompletableFuture<ReplicaId> answer = new CompletableFuture<>();
        ReplicaCreator.Prepare question = new ReplicaCreator.Prepare(request, partition, number, answers);
        underWay.put(request, answer);
        Cancellable again = system.scheduler()
                .scheduleAtFixedRate(
                        Duration.ZERO, AGAIN, () -> creators.tell(node, question), system.executionContext());
        return answer.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).handle((replica, failure) -> {
            again.cancel();
            underWay.remove(request);
            if (failure instanceof TimeoutException) {
                throw new TailraceException(
                        ErrorCode.PARTITION_UNAVAILABLE,
                        "Node " + node + " does not say which replica of the partition it has: ask again.");
            }
            if (failure != null) {
                throw new CompletionException(Failures.cause(failure));
            }
            return replica;
        });
    }

    private Behavior<ReplicaCreator.Answer> heard(ReplicaCreator.Answer answer) {
        CompletableFuture<ReplicaId> asked = underWay.get(answer.request());
        if (asked != null) {
            if (answer instanceof ReplicaCreator.Prepared prepared) {
                asked.complete(prepared.replica());
            } else if (answer instanceof ReplicaCreator.NotCreated not) {
                asked.completeExceptionally(new TailraceException(not.code(), not.message()));
            } else if (answer instanceof ReplicaCreator.Created) {
                asked.completeExceptionally(
                        new TailraceException(ErrorCode.INTERNAL_ERROR, "It answers another question than was asked."));
            }
        }
        return Behaviors.same();
    }
}
