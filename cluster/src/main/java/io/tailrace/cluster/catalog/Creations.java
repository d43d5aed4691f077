package io.tailrace.cluster.catalog;

import io.tailrace.cluster.catalog.TopicCatalog.Reply;
import io.tailrace.cluster.creation.NewReplica;
import io.tailrace.cluster.creation.ReplicaCreation;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/**
 * The plans that this incarnation of the catalogue is carrying out, and who waits for them. Nothing of it is stored: the plans
 * themselves are part of the catalogue.
 */
final class Creations {
    /** More than that do not wait for one plan. */
    private static final int MAX_WAITING = 1000;

    private final ActorContext<TopicCatalog.Command> context;
    private final CatalogEnvironment environment;
    private final BiConsumer<UUID, @Nullable TailraceException> ended;
    private final Set<UUID> underWay = new HashSet<>();
    private final Map<UUID, Set<ActorRef<Reply>>> waiting = new HashMap<>();

    /**
     * None yet.
     *
     * @param ended told, on any thread, that one has ended, or why it cannot
     */
    Creations(
            ActorContext<TopicCatalog.Command> context,
            CatalogEnvironment environment,
            BiConsumer<UUID, @Nullable TailraceException> ended) {
        this.context = context;
        this.environment = environment;
        this.ended = ended;
    }

    boolean underWay(UUID id) {
        return underWay.contains(id);
    }

    /** Answers to that one as well when it ends. */
    void join(UUID id, ActorRef<Reply> replyTo) {
        Set<ActorRef<Reply>> all = waiting.computeIfAbsent(id, none -> new LinkedHashSet<>());
        if (all.size() < MAX_WAITING) {
            all.add(replyTo);
        } else {
            replyTo.tell(new TopicCatalog.Refused(
                    ErrorCode.CATALOG_UNAVAILABLE, "Too many wait for partition " + id + ": ask again."));
        }
    }

    /** Has the replicas made that the plan adds to the topic. */
    void begin(Catalog all, Topic plan) {
        Topic present = all.byId().get(plan.id());
        begin(all, plan.id(), plan.replicas(), plan.partitionsFrom(present == null ? 0 : present.partitions()));
    }

    void beginInternal(Catalog all, UUID id, int replicas) {
        begin(all, id, replicas, List.of(new PartitionId(id, 0)));
    }

    private void begin(Catalog all, UUID id, int replicas, List<PartitionId> partitions) {
        underWay.add(id);
        Map<UUID, List<NewReplica>> byNode = NewReplica.byNode(partitions, partition -> all.groups()
                .voters(PlacementGroup.of(partition, replicas))
                .orElseThrow());
        context.spawnAnonymous(ReplicaCreation.create(
                byNode,
                environment.creators(),
                environment.patience(),
                System::nanoTime,
                failure -> ended.accept(id, failure)));
    }

    /** It is over: whoever waits is told. */
    void end(UUID id, Reply reply) {
        underWay.remove(id);
        Set<ActorRef<Reply>> all = waiting.remove(id);
        if (all != null) {
            all.forEach(replyTo -> replyTo.tell(reply));
        }
    }

    /** After a recovery: what had been begun is begun again. Who waits for a plan that was not stored never hears of it. */
    void carryOn(Catalog all) {
        underWay.clear();
        waiting.keySet()
                .removeIf(
                        id -> !all.planned().containsKey(id) && !all.internals().containsKey(id));
        all.planned().values().forEach(plan -> begin(all, plan));
        for (UUID id : Set.copyOf(waiting.keySet())) {
            InternalPlace place = all.internals().get(id);
            if (place != null) {
                beginInternal(all, id, place.replicas());
            }
        }
    }
}
