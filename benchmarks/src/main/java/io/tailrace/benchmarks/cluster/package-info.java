/**
 * Benches of a cluster: three nodes as processes of their own, a client that uses the public API, one command each, JSON on standard
 * output. {@link io.tailrace.benchmarks.cluster.ManyPartitionsBench}, {@link io.tailrace.benchmarks.cluster.ClusterProduceBench},
 * {@link io.tailrace.benchmarks.cluster.CatchUpBench}; what they measure and how they are run is in {@code docs/performance.md}.
 */
@NullMarked
package io.tailrace.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
