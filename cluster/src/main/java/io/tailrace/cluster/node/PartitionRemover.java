package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.CatalogClient;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.ShardedPartitions;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.Replicas;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the files of deleted topics, in the background, and tells the catalogue when they are gone. What lies there without
 * belonging to anything is moved to quarantine once, when the catalogue is known, and never deleted (log-safety rule 15).
 */
final class PartitionRemover {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionRemover.class);

    /** Partitions look every second whether their topic is still there, and stop by themselves: nothing is then under way. */
    private static final long GRACE_SECONDS = 2;

    private final Replicas replicas;
    private final ShardedPartitions partitions;
    private final CatalogClient topics;
    private final Path quarantine;
    private final Executor afterGrace;
    private final Set<UUID> underWay = new HashSet<>();

    /**
     * A remover of this node's files.
     *
     * @param quarantine the directory for what belongs to nothing
     * @param io for blocking work
     */
    PartitionRemover(
            Replicas replicas, ShardedPartitions partitions, CatalogClient topics, Path quarantine, Executor io) {
        this.replicas = replicas;
        this.partitions = partitions;
        this.topics = topics;
        this.quarantine = quarantine;
        this.afterGrace = CompletableFuture.delayedExecutor(GRACE_SECONDS, TimeUnit.SECONDS, io);
    }

    /** Begins with what is deleted in this catalogue and not under way yet. */
    synchronized void follow(Catalog catalog) {
        underWay.retainAll(catalog.deleted().keySet());
        for (Topic topic : catalog.deleted().values()) {
            if (underWay.add(topic.id())) {
                afterGrace.execute(() -> remove(topic));
            }
        }
    }

    private void remove(Topic topic) {
        try {
            for (int number = 0; number < topic.partitions(); number++) {
                PartitionId partition = topic.partition(number);
                partitions.forget(partition);
                replicas.delete(partition.text());
            }
            topics.forget(topic.id());
        } catch (TailraceException e) {
            LOG.warn(
                    "The files of the deleted topic {} are not all gone ({} {}): the next start tries again.",
                    topic.name(),
                    e.code(),
                    e.getMessage());
        }
    }

    /** Ends deletions that a crash interrupted, and moves aside what belongs to no topic and to no internal partition. Blocking. */
    void quarantineStrangers(Catalog catalog) {
        replicas.removeLeftovers();
        for (String name : replicas.names()) {
            if (!belongs(name, catalog)) {
                LOG.warn(
                        "Directory {} belongs to nothing that the catalogue knows: moved to {}, nothing was deleted.",
                        name,
                        quarantine);
                replicas.quarantine(name, quarantine);
            }
        }
    }

    private static boolean belongs(String name, Catalog catalog) {
        try {
            PartitionId partition = PartitionId.parse(name);
            return InternalPartition.is(partition)
                    || catalog.topicOf(partition).isPresent()
                    || catalog.deleted().containsKey(partition.topicId());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
