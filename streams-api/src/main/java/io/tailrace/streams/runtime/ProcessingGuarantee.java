package io.tailrace.streams.runtime;

/** What can be said of results after a crash. */
public enum ProcessingGuarantee {
    /** Each record is in states and outputs once. Outputs are sent when what they come from is committed. */
    EXACTLY_ONCE,
    /** Records since the last commit are processed again after a crash: outputs may come twice, and earlier than under {@link #EXACTLY_ONCE}. */
    AT_LEAST_ONCE
}
