/**
 * Runs topologies. {@link io.tailrace.streams.runtime.TopologyRun} is the part that knows no threads and no engine: records go through the nodes by plain calls, and
 * what comes out, and what has changed in the stores, is handed over in the order in which it happened.
 */
@NullMarked
package io.tailrace.streams.runtime;

import org.jspecify.annotations.NullMarked;
