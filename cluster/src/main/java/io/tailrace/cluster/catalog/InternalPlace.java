package io.tailrace.cluster.catalog;

/**
 * What the catalogue knows of an internal partition.
 *
 * @param replicas its replication factor
 * @param placed whether all of its replicas are there
 */
public record InternalPlace(int replicas, boolean placed) {}
