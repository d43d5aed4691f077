/**
 * A seeded cluster in memory that tries to break the replicated log: real state machines over the real log on simulated disks,
 * with a network that loses, delays, reorders and repeats, and machines that stop in the middle of a write. Invariants are
 * checked at every step, the history of what clients saw at the end. A failing seed prints itself, and how to run it again.
 */
package io.tailrace.test.simulation;
