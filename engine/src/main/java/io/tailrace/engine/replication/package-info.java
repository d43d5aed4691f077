/**
 * Who may write a log, and when a write counts: what the partition above sees of the replication core, which decides it with a
 * quorum of one for now. Uses the JDK only.
 */
@NullMarked
package io.tailrace.engine.replication;

import org.jspecify.annotations.NullMarked;
