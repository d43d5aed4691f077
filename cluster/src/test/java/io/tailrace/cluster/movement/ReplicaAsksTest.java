package io.tailrace.cluster.movement;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.creation.ReplicaCreator;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaAsksTest {
    private static final UUID NODE = new UUID(0, 2);
    private static final PartitionId PARTITION = new PartitionId(new UUID(0, 1), 0);
    private static final ReplicaId REPLICA = new ReplicaId(NODE.toString(), "r");

    private final ActorSystem<Void> system = ActorSystem.create(
            Behaviors.empty(),
            "asks",
            ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));
    private final List<ReplicaCreator.Prepare> sent = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() {
        system.terminate();
    }

    private CompletableFuture<ReplicaId> asked(ReplicaAsks asks) {
        return asks.prepare(NODE, PARTITION, 3).toCompletableFuture();
    }

    @Test
    void aNodeThatCannotBeAskedYetIsAskedAgain() {
        ReplicaAsks asks = new ReplicaAsks(system, (node, message) -> {
            ReplicaCreator.Prepare question = (ReplicaCreator.Prepare) message;
            sent.add(question);
            if (sent.size() == 3) {
                question.replyTo().tell(new ReplicaCreator.Prepared(question.request(), REPLICA));
            }
        });
        assertThat(asked(asks).orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(REPLICA);
        assertThat(sent).hasSizeGreaterThanOrEqualTo(3);
        assertThat(sent.stream().map(ReplicaCreator.Prepare::request).distinct())
                .hasSize(1);
    }

    @Test
    void whatKeepsItFromMakingOneIsTold() {
        ReplicaAsks refused = new ReplicaAsks(system, (node, message) -> {
            ReplicaCreator.Prepare question = (ReplicaCreator.Prepare) message;
            question.replyTo().tell(new ReplicaCreator.NotCreated(question.request(), ErrorCode.DISK_FULL, "No room."));
        });
        assertThat(failure(asked(refused)).code()).isEqualTo(ErrorCode.DISK_FULL);
    }

    @Test
    void whoDoesNotAnswerIsSaidNotTo() {
        ReplicaAsks silent = new ReplicaAsks(system, (node, message) -> {});
        assertThat(failure(asked(silent)).code()).isEqualTo(ErrorCode.PARTITION_UNAVAILABLE);
    }

    private static TailraceException failure(CompletableFuture<?> asked) {
        try {
            asked.orTimeout(20, TimeUnit.SECONDS).join();
        } catch (RuntimeException e) {
            return Failures.named(e);
        }
        throw new AssertionError("It did not fail.");
    }
}
