/**
 * Where Pekko's sharding puts the shards of the partitions: on a live voter of their group. The one room beside the journals that
 * speaks Scala, since a strategy of one's own has to.
 */
@NullMarked
package io.tailrace.cluster.sharding;

import org.jspecify.annotations.NullMarked;
