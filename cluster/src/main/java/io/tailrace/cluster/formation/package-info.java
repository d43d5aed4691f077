/**
 * How nodes become one cluster, before Pekko's join and beside it. A founding happens once and by all seeds; after that each
 * node knows its cluster's id and its founders from its data directory, joins whoever of that cluster is up, and forms
 * Pekko's cluster anew only together with a majority of the founders. {@code Formation} decides, a pure class that the
 * simulation drives as the actor {@code FormationActor} does; {@code ClusterFormation} is what a node calls.
 */
@NullMarked
package io.tailrace.cluster.formation;

import org.jspecify.annotations.NullMarked;
