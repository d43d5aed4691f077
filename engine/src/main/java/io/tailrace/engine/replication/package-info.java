/**
 * Who may write a log, and when a write counts: a quorum of one for now, behind the interfaces at which the replication
 * core will stand. Uses the JDK only.
 */
@NullMarked
package io.tailrace.engine.replication;

import org.jspecify.annotations.NullMarked;
