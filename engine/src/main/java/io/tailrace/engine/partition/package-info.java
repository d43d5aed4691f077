/**
 * The partition actor: elects, owns its log, gates appends; its persistent child; the pure
 * {@code PartitionState} in which every decision is taken.
 */
@NullMarked
package io.tailrace.engine.partition;

import org.jspecify.annotations.NullMarked;
