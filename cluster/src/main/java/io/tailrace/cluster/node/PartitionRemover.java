package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.CatalogClient;
import io.tailrace.cluster.catalog.Deletion;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.ShardedPartitions;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.Replicas;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes this node's files of deleted topics, in the background, and tells the catalogue when they are gone, until it has heard.
 * What lies there without belonging to anything is moved to quarantine once, when the catalogue is known, and never deleted
 * (log-safety rule 15).
 */
final class PartitionRemover {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionRemover.class);

    /** Partitions look every second whether their topic is still there, and stop by themselves: nothing is then under way. */
    private static final long GRACE_SECONDS = 2;

    private final UUID nodeId;
    private final Replicas replicas;
    private final ShardedPartitions partitions;
    private final CatalogClient topics;
    private final Path quarantine;
    private final Executor afterGrace;
    private final Set<UUID> underWay = new HashSet<>();
    private Catalog latest = Catalog.EMPTY;

    /**
     * A remover of this node's files.
     *
     * @param quarantine the directory for what belongs to nothing
     * @param io for blocking work
     */
    PartitionRemover(
            UUID nodeId,
            Replicas replicas,
            ShardedPartitions partitions,
            CatalogClient topics,
            Path quarantine,
            Executor io) {
        this.nodeId = nodeId;
        this.replicas = replicas;
        this.partitions = partitions;
        this.topics = topics;
        this.quarantine = quarantine;
        this.afterGrace = CompletableFuture.delayedExecutor(GRACE_SECONDS, TimeUnit.SECONDS, io);
    }

    /** Begins with what is deleted in this catalogue and not under way yet. */
    synchronized void follow(Catalog catalog) {
        latest = catalog;
        underWay.retainAll(catalog.deleted().keySet());
        for (Deletion deletion : catalog.deleted().values()) {
            if (underWay.add(deletion.topic().id())) {
                afterGrace.execute(() -> remove(deletion.topic()));
            }
        }
    }

    /** By what lies there: of a topic whose making failed on the way that may be less, or more, than it says. */
    private void remove(Topic topic) {
        try {
            for (int number = 0; number < topic.partitions(); number++) {
                partitions.forget(topic.partition(number));
            }
            for (String name : replicas.names()) {
                if (parse(name)
                        .filter(partition -> partition.topicId().equals(topic.id()))
                        .isPresent()) {
                    replicas.delete(name);
                }
            }
            report(topic.id());
        } catch (TailraceException e) {
            LOG.warn(
                    "The files of the deleted topic {} are not all gone ({} {}): the next start tries again.",
                    topic.name(),
                    e.code(),
                    e.getMessage());
        }
    }

    /** Again and again, since it may get lost. */
    private void report(UUID topicId) {
        if (isAwaited(topicId)) {
            topics.forget(topicId, nodeId);
            afterGrace.execute(() -> report(topicId));
        }
    }

    private synchronized boolean isAwaited(UUID topicId) {
        Deletion deletion = latest.deleted().get(topicId);
        return deletion != null
                && !deletion.gone().contains(nodeId)
                && latest.holders(deletion.topic()).contains(nodeId);
    }

    /** The internal partitions that lie here and that the catalogue does not know, since they are from before it did. Blocking. */
    List<UUID> unknownInternals(Catalog catalog) {
        return replicas.names().stream()
                .flatMap(name -> parse(name).stream())
                .filter(partition -> InternalPartition.is(partition) && !InternalPartition.isControl(partition))
                .map(PartitionId::topicId)
                .filter(id -> !catalog.internals().containsKey(id))
                .toList();
    }

    /** Ends deletions that a crash interrupted, and says what belongs to no topic and to no internal partition. Blocking. */
    List<String> strangers(Catalog catalog) {
        replicas.removeLeftovers();
        return replicas.names().stream()
                .filter(name -> parse(name)
                        .filter(partition -> InternalPartition.is(partition) || catalog.mayLie(partition))
                        .isEmpty())
                .toList();
    }

    /**
     * Moves aside what belongs to nothing. Blocking; before any replica is made for the catalogue, which would know of it before this
     * node does.
     *
     * @param catalog that is certainly none of the past
     */
    void quarantineStrangers(Catalog catalog) {
        for (String name : strangers(catalog)) {
            // What is open has been asked for since, by somebody who knows more.
            if (replicas.find(name).isEmpty()) {
                LOG.warn(
                        "Directory {} belongs to nothing that the catalogue knows: moved to {}, nothing was deleted.",
                        name,
                        quarantine);
                replicas.quarantine(name, quarantine);
            }
        }
    }

    private static Optional<PartitionId> parse(String name) {
        try {
            return Optional.of(PartitionId.parse(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
