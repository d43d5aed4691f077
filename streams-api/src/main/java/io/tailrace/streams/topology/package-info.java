/**
 * What a stream application does, as a graph of named nodes that cannot be changed and does no I/O: sources, processors with their stores, and
 * sinks. Built by the DSL or by hand with {@link io.tailrace.streams.topology.TopologyBuilder}; run by {@code streams.runtime}, or without an engine
 * by {@code streams.testkit}.
 */
@NullMarked
package io.tailrace.streams.topology;

import org.jspecify.annotations.NullMarked;
