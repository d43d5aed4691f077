/**
 * The torture run: nodes, producers and readers as processes of their own, faults from a seed, and the checker that the simulation
 * uses over what the clients did and saw. docs/torture.md says how to run it.
 */
@NullMarked
package io.tailrace.test.torture;

import org.jspecify.annotations.NullMarked;
