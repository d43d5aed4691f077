package io.tailrace.cluster.catalog;

import java.util.UUID;

/** What happened to the topics. Stored as {@link CatalogFormat} says, so a change here is a change of format. */
sealed interface CatalogEvent {
    /** A topic is there. */
    record TopicCreated(Topic topic) implements CatalogEvent {}

    /** A topic has other settings or more partitions; its name and id never change. */
    record TopicAltered(Topic topic) implements CatalogEvent {}

    /** A topic is gone for everybody; its files are not yet. */
    record TopicDeleted(UUID topicId) implements CatalogEvent {}

    /** The files of a deleted topic are gone as well: nothing has to be remembered of it. */
    record TopicForgotten(UUID topicId) implements CatalogEvent {}
}
