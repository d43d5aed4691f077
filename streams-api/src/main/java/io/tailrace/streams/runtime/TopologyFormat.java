package io.tailrace.streams.runtime;

import io.tailrace.streams.topology.Topology;

/** As what a topology can be shown. */
public enum TopologyFormat {
    /** For people. */
    TEXT,
    /** A Mermaid flowchart. */
    MERMAID,
    /** Graphviz's language. */
    DOT;

    /** The topology as that. */
    public String of(Topology topology) {
        return switch (this) {
            case TEXT -> topology.describe();
            case MERMAID -> topology.mermaid();
            case DOT -> topology.dot();
        };
    }
}
