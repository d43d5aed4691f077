/**
 * The segmented log of one partition: files of record batches, a sparse index, an epoch index, recovery. All I/O goes
 * through {@code FileStore}. Uses the JDK only.
 */
@NullMarked
package io.tailrace.engine.log;

import org.jspecify.annotations.NullMarked;
