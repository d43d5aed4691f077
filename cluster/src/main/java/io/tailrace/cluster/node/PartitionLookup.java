package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.CatalogClient;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.Placement;
import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.partition.PartitionSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What this node knows of partitions: by what it has heard from the catalogue, which may be a moment old. So what is not known here may
 * be new, and the catalogue itself is asked. Thread-safe.
 */
final class PartitionLookup {
    private final Supplier<CatalogClient> topics;
    private final List<UUID> controlVoters;
    private volatile Catalog catalog = Catalog.EMPTY;
    private volatile Placement placement;

    /**
     * Knows nothing yet.
     *
     * @param topics the way to the catalogue, once there is one
     * @param controlVoters the nodes that hold the catalogue itself
     */
    PartitionLookup(Supplier<CatalogClient> topics, List<UUID> controlVoters) {
        this.topics = topics;
        this.controlVoters = List.copyOf(controlVoters);
        this.placement = Catalog.EMPTY.placement(controlVoters);
    }

    /** From now on by this state. */
    void learn(Catalog now) {
        catalog = now;
        placement = now.placement(controlVoters);
    }

    /** As far as it is known here. */
    Catalog catalog() {
        return catalog;
    }

    /** As far as it is known here. */
    Placement placement() {
        return placement;
    }

    /** The nodes that hold the catalogue itself, the preferred leader first. */
    List<UUID> controlVoters() {
        return controlVoters;
    }

    /** The settings of a partition. Fails: UNKNOWN_TOPIC, CATALOG_UNAVAILABLE. */
    CompletionStage<PartitionSettings> settings(PartitionId partition) {
        return InternalPartition.is(partition)
                ? CompletableFuture.completedStage(InternalPartition.settings(
                        placement.group(partition).map(PlacementGroup::replicas).orElse(1)))
                : topic(partition).thenApply(PartitionLookup::settingsOf);
    }

    /**
     * The group that a partition lives in; an internal partition is made if there is none. Fails: UNKNOWN_TOPIC, CATALOG_UNAVAILABLE, for an
     * internal partition as {@link CatalogClient#placeInternal}.
     */
    CompletionStage<PlacementGroup> group(PartitionId partition) {
        Optional<PlacementGroup> known = placement.group(partition);
        if (known.isPresent()) {
            return CompletableFuture.completedStage(known.get());
        }
        return InternalPartition.is(partition)
                ? topics.get()
                        .placeInternal(partition.topicId())
                        .thenApply(replicas -> PlacementGroup.of(partition, replicas))
                : topic(partition).thenApply(topic -> PlacementGroup.of(partition, topic.replicas()));
    }

    private CompletionStage<Topic> topic(PartitionId partition) {
        Optional<Topic> known = catalog.topicOf(partition);
        return known.isPresent()
                ? CompletableFuture.completedStage(known.get())
                : topics.get().find(partition.topicId()).thenApply(topic -> {
                    if (partition.partition() >= topic.partitions()) {
                        throw new TailraceException(
                                ErrorCode.UNKNOWN_TOPIC,
                                "No topic has partition " + partition + ": it was deleted, or never created.");
                    }
                    return topic;
                });
    }

    /** Whether one of these nodes is to hold the partition too, as far as it is known here. */
    boolean isVotedOnBy(PartitionId partition, Set<UUID> nodes) {
        return placement
                .voters(partition)
                .filter(voters -> voters.stream().anyMatch(nodes::contains))
                .isPresent();
    }

    /** What a topic's settings mean for each of its partitions. */
    static PartitionSettings settingsOf(Topic topic) {
        TopicSettings settings = topic.settings();
        return new PartitionSettings(
                settings.maxMessageBytes(),
                settings.timestampType(),
                new LogSettings(
                        settings.segmentBytes(),
                        settings.segmentMillis(),
                        LogSettings.DEFAULTS.indexIntervalBytes(),
                        settings.compaction()),
                settings.retention(),
                topic.replicas(),
                settings.compression().codec());
    }
}
