package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.Partition;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Questions to a partition's leader. One whose leader has gone ends at once, not when its time is over. Thread-safe. */
final class LeaderAsks {
    /**
     * Said explicitly: the stages that an ask returns run what follows them asynchronously by default, which on a machine with
     * two cores means a new thread for each answer.
     */
    private static final Executor ON_THE_ANSWERING_THREAD = Runnable::run;

    private final ActorSystem<?> system;
    private final Map<Long, Asked> underWay = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();

    private record Asked(ActorRef<Partition.Command> leader, CompletableFuture<?> answer) {}

    LeaderAsks(ActorSystem<?> system) {
        this.system = system;
    }

    /** Asks. Fails with a {@link java.util.concurrent.TimeoutException}, or with another one if the leader has gone. */
    <R> CompletionStage<R> ask(
            ActorRef<Partition.Command> leader, Function<ActorRef<R>, Partition.Command> question, Duration timeout) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        long number = numbers.incrementAndGet();
        underWay.put(number, new Asked(leader, answer));
        AskPattern.<Partition.Command, R>ask(leader, question::apply, timeout, system.scheduler())
                .whenCompleteAsync(
                        (reply, failure) -> {
                            underWay.remove(number);
                            if (failure == null) {
                                answer.complete(reply);
                            } else {
                                answer.completeExceptionally(failure);
                            }
                        },
                        ON_THE_ANSWERING_THREAD);
        return answer;
    }

    /** It will answer nothing more. */
    void gone(ActorRef<Partition.Command> leader) {
        underWay.forEach((number, asked) -> {
            if (asked.leader.equals(leader)) {
                underWay.remove(number);
                asked.answer.completeExceptionally(new IllegalStateException("The leader has gone"));
            }
        });
    }
}
