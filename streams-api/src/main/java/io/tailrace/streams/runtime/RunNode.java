package io.tailrace.streams.runtime;

import io.tailrace.streams.topology.StreamRecord;

/** A node of a run that takes records. */
interface RunNode {
    String name();

    /** Deals with it, and lets all nodes behind deal with what comes of it. */
    void process(StreamRecord<Object, Object> record);
}
