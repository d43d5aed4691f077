/**
 * The wire between replicas: {@link io.tailrace.cluster.replication.ReplicaLinks} sends a message of the replication core to a replica
 * on another node, and hands what comes to the replicas that live here ({@code ReplicaRegistry}).
 * {@link io.tailrace.cluster.replication.MessageFormat} draws the bytes.
 */
@NullMarked
package io.tailrace.cluster.replication;

import org.jspecify.annotations.NullMarked;
