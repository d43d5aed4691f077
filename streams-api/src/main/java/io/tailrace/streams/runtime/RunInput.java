package io.tailrace.streams.runtime;

/** A partition as a run sees it: who reads its records, and the latest time of one. */
final class RunInput {
    final RunSource source;
    /** Milliseconds since 1970; -1 before the first record. */
    long time = -1;

    RunInput(RunSource source) {
        this.source = source;
    }
}
