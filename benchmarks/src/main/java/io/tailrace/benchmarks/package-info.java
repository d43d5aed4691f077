/**
 * JMH benchmarks of the record codec, the log append and the index look-up.
 */
@NullMarked
package io.tailrace.benchmarks;

import org.jspecify.annotations.NullMarked;
