package io.tailrace.cluster.catalog;

import io.tailrace.cluster.catalog.CatalogEvent.FilesGone;
import io.tailrace.cluster.catalog.CatalogEvent.GroupsPlaced;
import io.tailrace.cluster.catalog.CatalogEvent.TopicForgotten;
import io.tailrace.cluster.placement.GroupLayout;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.StorageNode;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/** What the catalogue decides, given its state and the nodes there are: what may be done, and which events come of it. */
final class CatalogRules {
    /** More changes of topics than that at a time have to wait. */
    static final int MAX_PLANNED = 100;

    /** More quotas than that are no longer somebody's decisions. */
    static final int MAX_QUOTAS = 10_000;

    private static final int MANY_NODES = 3;
    private static final int MAX_REPLICAS = 15;

    private final CatalogEnvironment environment;

    CatalogRules(CatalogEnvironment environment) {
        this.environment = environment;
    }

    /** As it is to be; throws why it may not be. */
    Topic created(Catalog all, NewTopic wanted, UUID id) {
        TopicName.checked(wanted.name());
        SettingNames.check("partitions", wanted.partitions(), 1, TopicCatalog.MAX_PARTITIONS);
        SettingNames.check("replicas", wanted.replicas(), NewTopic.DEFAULT_REPLICAS, MAX_REPLICAS);
        boolean planned =
                all.planned().values().stream().anyMatch(topic -> topic.name().equals(wanted.name()));
        if (planned || all.find(wanted.name()) != null) {
            throw new TailraceException(
                    ErrorCode.TOPIC_EXISTS,
                    "Topic '" + wanted.name() + "' is already there: describe it, or choose another name.");
        }
        if (all.deleted().containsKey(id)) {
            throw beingChanged(wanted.name());
        }
        checkRoom(all, wanted.partitions());
        return new Topic(wanted.name(), id, wanted.partitions(), replicas(all, wanted.replicas()), wanted.settings());
    }

    /** The topic after the change; throws why it may not be. */
    Topic altered(Catalog all, String name, TopicChange change) {
        Topic before = found(all, name);
        int partitions = change.partitions().orElse(before.partitions());
        SettingNames.check("partitions", partitions, before.partitions(), TopicCatalog.MAX_PARTITIONS);
        TopicSettings settings = Catalog.changed(before.settings(), change);
        ensureNotPlanned(all, before);
        if (partitions > before.partitions()) {
            checkRoom(all, partitions - before.partitions());
        }
        return new Topic(before.name(), before.id(), partitions, before.replicas(), settings);
    }

    /** The topic that may be deleted; throws why none. */
    Topic deletable(Catalog all, String name) {
        Topic topic = found(all, name);
        ensureNotPlanned(all, topic);
        return topic;
    }

    static Topic found(Catalog all, String name) {
        Topic topic = all.find(TopicName.checked(name));
        if (topic == null) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_TOPIC,
                    "There is no topic '" + name + "': create it first, or mind the spelling.");
        }
        return topic;
    }

    static Topic found(Catalog all, UUID id) {
        Topic topic = all.byId().get(id);
        if (topic == null) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_TOPIC,
                    "There is no topic with the id " + id + ": it was deleted, or never created.");
        }
        return topic;
    }

    private void checkRoom(Catalog all, int more) {
        int planned =
                all.planned().values().stream().mapToInt(Topic::partitions).sum();
        if (all.partitions() + planned + (long) more > environment.maxPartitions()) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "There are " + all.partitions() + " partitions and may be " + environment.maxPartitions()
                            + ": delete topics, or raise tailrace.catalog.max-partitions.");
        }
        if (all.planned().size() >= MAX_PLANNED) {
            throw new TailraceException(
                    ErrorCode.CATALOG_UNAVAILABLE, MAX_PLANNED + " topics are being changed: ask again.");
        }
    }

    private static void ensureNotPlanned(Catalog all, Topic topic) {
        if (all.planned().containsKey(topic.id())) {
            throw beingChanged(topic.name());
        }
    }

    private static TailraceException beingChanged(String name) {
        return new TailraceException(
                ErrorCode.CATALOG_UNAVAILABLE, "Topic '" + name + "' is being changed: ask again.");
    }

    // --- places ------------------------------------------------------------------------------------------------------

    /**
     * The replication factor for so many that were asked for; throws NOT_ENOUGH_NODES if fewer nodes are up. A cluster of three
     * nodes of which one is down does not quietly give fewer replicas to who does not say.
     */
    int replicas(Catalog all, int wanted) {
        int replicas = wanted;
        if (wanted == NewTopic.DEFAULT_REPLICAS) {
            replicas = nodes(all).size() >= MANY_NODES ? MANY_NODES : 1;
        }
        long live = environment.nodes().live().stream()
                .filter(node -> !all.drained().contains(node))
                .count();
        if (live < replicas) {
            throw new TailraceException(
                    ErrorCode.NOT_ENOUGH_NODES,
                    replicas + " replicas need as many storage nodes, and " + live + (live == 1 ? " is up" : " are up")
                            + ": start more nodes, or ask for fewer replicas.");
        }
        return replicas;
    }

    /** Members, and the founders, which will be members again; not those that are drained. */
    private List<StorageNode> nodes(Catalog all) {
        Map<UUID, StorageNode> nodes = new TreeMap<>();
        environment.controlVoters().forEach(id -> nodes.put(id, StorageNode.of(id)));
        environment.nodes().members().forEach(node -> nodes.put(node.id(), node));
        nodes.keySet().removeAll(all.drained());
        return List.copyOf(nodes.values());
    }

    /** Places the groups of that factor, if they are not yet. */
    List<CatalogEvent> groupsFor(Catalog all, int replicas) {
        return all.groups().has(replicas)
                ? List.of()
                : List.of(new GroupsPlaced(replicas, GroupLayout.of(replicas, nodes(all))));
    }

    /** Places the groups of what a catalogue from before there were groups holds: all of it is on this node. */
    List<CatalogEvent> missingGroups(Catalog all) {
        Set<Integer> factors = new TreeSet<>();
        Stream.concat(
                        all.byId().values().stream(),
                        all.deleted().values().stream().map(Deletion::topic))
                .forEach(topic -> factors.add(topic.replicas()));
        List<CatalogEvent> missing = new ArrayList<>();
        factors.forEach(factor -> missing.addAll(groupsFor(all, factor)));
        return missing;
    }

    /** Throws why there may not be such an internal partition. */
    void checkInternal(Catalog all, UUID id) {
        PartitionId partition = new PartitionId(id, 0);
        if (!InternalPartition.is(partition) || InternalPartition.isControl(partition)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT, "Partition " + partition + " is no internal one that could be placed.");
        }
        if (!all.internals().containsKey(id) && all.internals().size() >= environment.maxInternals()) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "There are " + all.internals().size()
                            + " internal partitions: use fewer persistence ids, or raise"
                            + " tailrace.catalog.max-internal-partitions.");
        }
    }

    // --- quotas ------------------------------------------------------------------------------------------------------

    /** Throws why it may not be set, or why there is none that could be taken away. */
    static void checkQuota(Catalog all, Quota quota) {
        boolean there = all.quotas().byEntity().containsKey(quota.entity());
        if (quota.isNone() && !there) {
            throw new TailraceException(
                    ErrorCode.NOT_FOUND, "There is no quota of " + quota.entity() + ": list those that there are.");
        }
        if (!there && all.quotas().byEntity().size() >= MAX_QUOTAS) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "There are " + MAX_QUOTAS + " quotas: delete some, or set a default one for the rest.");
        }
    }

    // --- files -------------------------------------------------------------------------------------------------------

    /** A node has no files of a deleted topic; the last one makes the topic forgotten. Nothing if it is known. */
    static List<CatalogEvent> filesGone(Catalog all, UUID topicId, UUID nodeId) {
        Deletion deletion = all.deleted().get(topicId);
        if (deletion == null || deletion.gone().contains(nodeId)) {
            return List.of();
        }
        FilesGone gone = new FilesGone(topicId, nodeId);
        return deletion.gone().plus(nodeId).containsAll(all.holders(deletion.topic()))
                ? List.of(gone, new TopicForgotten(topicId))
                : List.of(gone);
    }
}
