/**
 * What many partitions of many segments cost one node: {@link io.tailrace.benchmarks.segments.ManySegmentsBench}, JSON on standard output.
 */
@NullMarked
package io.tailrace.benchmarks.segments;

import org.jspecify.annotations.NullMarked;
