/**
 * Who may write a log, and when a write counts: what the partition above sees of the replication core, which decides it.
 * Uses the JDK only.
 */
@NullMarked
package io.tailrace.engine.replication;

import org.jspecify.annotations.NullMarked;
