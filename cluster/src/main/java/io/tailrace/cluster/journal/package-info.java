/**
 * Pekko Persistence on Tailrace: the plugins {@code tailrace.journal}, {@code tailrace.snapshot-store} and
 * {@code tailrace.query}, for any Pekko application. Events and snapshots of a persistence id lie in two internal partitions
 * of its own; what makes them safe is the partition. Each incarnation of a persistent actor writes in a producer epoch of
 * its own, claimed before it reads, so that an earlier one can write no more, whichever process it lives in.
 *
 * <p>Read in this order: {@link io.tailrace.cluster.journal.TailraceJournal}, {@code JournalRecord} (the bytes),
 * {@code Claimant} (who may write), {@code EventLog} (one persistence id), {@code EventReader} (replay and queries),
 * {@link io.tailrace.cluster.journal.TailraceSnapshotStore}.
 */
@NullMarked
package io.tailrace.cluster.journal;

import org.jspecify.annotations.NullMarked;
