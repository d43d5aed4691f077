/**
 * Benches of consumer groups, on one node in the bench's own process: {@link io.tailrace.benchmarks.group.SettleBench},
 * {@link io.tailrace.benchmarks.group.CoordinatorBench}, {@link io.tailrace.benchmarks.group.SlowConsumerBench}; JSON on standard output.
 * How they are run is in {@code docs/performance.md}.
 */
@NullMarked
package io.tailrace.benchmarks.group;

import org.jspecify.annotations.NullMarked;
