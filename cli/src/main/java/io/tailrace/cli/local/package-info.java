/**
 * A cluster on this machine, for trying it out: nodes as processes of their own, each with its directory, its ports, its log and
 * its pid file. {@link io.tailrace.cli.local.LocalCluster} is what the verbs of {@code tailrace cluster} call.
 */
@NullMarked
package io.tailrace.cli.local;

import org.jspecify.annotations.NullMarked;
