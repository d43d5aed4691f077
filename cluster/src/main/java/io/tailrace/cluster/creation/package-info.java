/**
 * Replicas are made on all of their nodes before anybody hears of their partition (log-safety rule 17): {@code ReplicaCreation} asks
 * the nodes, a {@code ReplicaCreator} on each of them makes what it is asked for.
 */
@NullMarked
package io.tailrace.cluster.creation;

import org.jspecify.annotations.NullMarked;
