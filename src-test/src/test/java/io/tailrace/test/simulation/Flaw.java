package io.tailrace.test.simulation;

/** What may be wrong around a replica that is as it should be: the simulation has to find out. */
enum Flaw {
    /** Rule 18: a leader's partition keeps its de-duplication state instead of building it anew. */
    STATE_IS_NOT_ROLLED_BACK,
    /** Rule 16: a snapshot is made of all that is in the log, committed or not. */
    SNAPSHOT_OF_WHAT_IS_NOT_COMMITTED,
    /** Rule 16: the files below the log's start go, whether a snapshot tells what they told or not. */
    FILES_GO_WITHOUT_A_SNAPSHOT,
    /** Rule 16: the log's start moves in memory only. */
    START_IS_NOT_STORED
}
