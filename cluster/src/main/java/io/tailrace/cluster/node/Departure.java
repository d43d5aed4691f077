package io.tailrace.cluster.node;

import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does before it leaves its cluster: it says so, and goes on as it was until others lead what it leads (decision 37). Bounded: who
 * does not find others in time leaves without.
 */
final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final ActorSystem<?> system;
    private final Runnable say;
    private final Supplier<Collection<PartitionId>> toHandOver;
    private final Predicate<PartitionId> leadsHere;
    private final Function<PartitionId, CompletionStage<Void>> start;
    private final Duration patience;
    /** Bounded by the groups that move at a time. */
    private final Set<PartitionId> starting = ConcurrentHashMap.newKeySet();

    /**
     * Of a node.
     *
     * @param say lets all nodes know
     * @param toHandOver the partitions whose leader is a replica here, while another node could lead them; asked again and again
     * @param leadsHere whether an actor here leads it still; else it has stopped, and there is another node for it already
     * @param start makes sure that somebody leads it
     * @param patience how long to wait for others; zero for not at all
     */
    Departure(
            ActorSystem<?> system,
            Runnable say,
            Supplier<Collection<PartitionId>> toHandOver,
            Predicate<PartitionId> leadsHere,
            Function<PartitionId, CompletionStage<Void>> start,
            Duration patience) {
        this.system = system;
        this.say = say;
        this.toHandOver = toHandOver;
        this.leadsHere = leadsHere;
        this.start = start;
        this.patience = patience;
    }

    /** Complete, never failed, when others lead all that they could lead, or the time is over, or the actor system. */
    CompletionStage<Done> begin() {
        CompletableFuture<Done> over = new CompletableFuture<>();
        if (patience.isZero()) {
            over.complete(Done.getInstance());
            return over;
        }
        // Also if nothing is led here: the others are to give it nothing more.
        say.run();
        look(over);
        system.getWhenTerminated().whenComplete((ended, failure) -> over.complete(Done.getInstance()));
        return over.orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS).exceptionally(late -> {
            LOG.warn(
                    "Leaving with {} partitions that nobody else has come to lead within {}",
                    toHandOver.get().size(),
                    patience);
            return Done.getInstance();
        });
    }

    private void look(CompletableFuture<Done> over) {
        if (over.isDone()) {
            return;
        }
        Collection<PartitionId> left = toHandOver.get();
        if (left.isEmpty()) {
            over.complete(Done.getInstance());
            return;
        }
        // An actor starts with its first message only, and nobody may have one for it.
        for (PartitionId partition : left) {
            if (!leadsHere.test(partition) && starting.add(partition)) {
                start.apply(partition).whenComplete((started, failure) -> starting.remove(partition));
            }
        }
        system.scheduler().scheduleOnce(LOOK_EVERY, () -> look(over), system.executionContext());
    }
}
