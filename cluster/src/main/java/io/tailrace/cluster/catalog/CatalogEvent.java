package io.tailrace.cluster.catalog;

import io.tailrace.cluster.placement.PlacementGroup;
import io.tailrace.cluster.quota.Quota;
import java.util.List;
import java.util.UUID;

/** What happened to the topics and their places. Stored as {@link CatalogFormat} says, so a change here is a change of format. */
sealed interface CatalogEvent {
    /** A topic, or more partitions of one, are to be there: their replicas are being made, and are nobody's leftovers. */
    record TopicPlanned(Topic topic) implements CatalogEvent {}

    /** What was planned will not be there: replicas of it that were made have to go. */
    record PlanDropped(UUID topicId) implements CatalogEvent {}

    /** A topic is there. */
    record TopicCreated(Topic topic) implements CatalogEvent {}

    /** A topic has other settings or more partitions; its name, id and replication factor never change. */
    record TopicAltered(Topic topic) implements CatalogEvent {}

    /** A topic is gone for everybody; its files are not yet. */
    record TopicDeleted(UUID topicId) implements CatalogEvent {}

    /** One node has no files of a deleted topic any more. */
    record FilesGone(UUID topicId, UUID nodeId) implements CatalogEvent {}

    /** The files of a deleted topic are gone as well: nothing has to be remembered of it. */
    record TopicForgotten(UUID topicId) implements CatalogEvent {}

    /** A replication factor is in use from now on; who votes in each of its groups. */
    record GroupsPlaced(int replicas, List<List<UUID>> voters) implements CatalogEvent {
        /** Takes a copy. */
        public GroupsPlaced {
            voters = voters.stream().map(List::copyOf).toList();
        }
    }

    /** Others are to vote in a group; its partitions get replicas there. */
    record GroupMoving(PlacementGroup group, List<UUID> target) implements CatalogEvent {
        /** Takes a copy. */
        public GroupMoving {
            target = List.copyOf(target);
        }
    }

    /** In each partition of a group nobody votes any more but who is to. */
    record GroupSettled(PlacementGroup group) implements CatalogEvent {}

    /** A node is to have nothing any more but what is bound to it, or may have something again. */
    record NodeDrained(UUID nodeId, boolean drained) implements CatalogEvent {}

    /** These vote in each partition of a group, and it is theirs. */
    record GroupMoved(PlacementGroup group, List<UUID> voters) implements CatalogEvent {
        /** Takes a copy. */
        public GroupMoved {
            voters = List.copyOf(voters);
        }
    }

    /** Somebody may do so much from now on; as much as it likes where that limits nothing. */
    record QuotaSet(Quota quota) implements CatalogEvent {}

    /** Nothing happened but that who wrote this was the catalogue at that time, and not one that had been succeeded. */
    record Confirmed() implements CatalogEvent {}

    /** An internal partition is to be there: its replicas are being made. */
    record InternalPlanned(UUID id, int replicas) implements CatalogEvent {}

    /** Internal partitions are there. */
    record InternalPlaced(List<UUID> ids, int replicas) implements CatalogEvent {
        /** Takes a copy. */
        public InternalPlaced {
            ids = List.copyOf(ids);
        }
    }
}
