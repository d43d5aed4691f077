/**
 * Where a partition lives: placement groups, sharding of the partition actors, and finding the one who leads.
 */
@NullMarked
package io.tailrace.cluster.placement;

import org.jspecify.annotations.NullMarked;
