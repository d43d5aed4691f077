package io.tailrace.cluster.catalog;

import io.tailrace.engine.partition.PartitionId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All topics at one moment. Immutable, and a function of the catalogue's events alone.
 *
 * @param byName the topics, sorted by name
 * @param byId the same by id
 * @param deleted topics whose files are not all gone yet, by id
 * @param partitions how many all topics have together
 */
public record Catalog(
        PSortedMap<String, Topic> byName, PMap<UUID, Topic> byId, PMap<UUID, Topic> deleted, int partitions) {
    /** No topics. */
    public static final Catalog EMPTY = new Catalog(TreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty(), 0);

    /** The catalogue with these topics. */
    public static Catalog of(Collection<Topic> topics) {
        return of(topics, List.of());
    }

    /** The catalogue with these topics, and these on their way out. */
    static Catalog of(Collection<Topic> topics, Collection<Topic> deleted) {
        Catalog all = EMPTY;
        for (Topic topic : topics) {
            all = all.with(topic);
        }
        PMap<UUID, Topic> going = all.deleted;
        for (Topic topic : deleted) {
            going = going.plus(topic.id(), topic);
        }
        return new Catalog(all.byName, all.byId, going, all.partitions);
    }

    /** The topic of that name, or {@code null}. */
    public @Nullable Topic find(String name) {
        return byName.get(name);
    }

    /** The topic that a partition belongs to, if both are there. */
    public Optional<Topic> topicOf(PartitionId partition) {
        return Optional.ofNullable(byId.get(partition.topicId()))
                .filter(topic -> partition.partition() >= 0 && partition.partition() < topic.partitions());
    }

    /** The state after the event. */
    Catalog apply(CatalogEvent event) {
        if (event instanceof CatalogEvent.TopicCreated created) {
            return with(created.topic());
        }
        if (event instanceof CatalogEvent.TopicAltered altered) {
            return with(altered.topic());
        }
        if (event instanceof CatalogEvent.TopicDeleted gone) {
            return without(gone.topicId());
        }
        CatalogEvent.TopicForgotten forgotten = (CatalogEvent.TopicForgotten) event;
        return new Catalog(byName, byId, deleted.minus(forgotten.topicId()), partitions);
    }

    private Catalog with(Topic topic) {
        Topic before = byId.get(topic.id());
        int more = topic.partitions() - (before == null ? 0 : before.partitions());
        return new Catalog(byName.plus(topic.name(), topic), byId.plus(topic.id(), topic), deleted, partitions + more);
    }

    private Catalog without(UUID topicId) {
        Topic topic = byId.get(topicId);
        if (topic == null) {
            return this;
        }
        return new Catalog(
                byName.minus(topic.name()),
                byId.minus(topicId),
                deleted.plus(topicId, topic),
                partitions - topic.partitions());
    }

    /** The settings of a topic after a change: what is reset first, then what is set. */
    static TopicSettings changed(TopicSettings before, TopicChange change) {
        Map<String, String> defaults = TopicSettings.DEFAULT.asMap();
        Map<String, String> all = new HashMap<>();
        for (String name : change.reset()) {
            String value = defaults.get(name);
            // A name without a default is told to be unknown by whoever applies it.
            all.put(name, value == null ? "" : value);
        }
        all.putAll(change.set());
        return before.with(all);
    }
}
