package io.tailrace.cluster.group;

/** How a group's partitions are dealt out to its members. */
public enum Assignor {
    /** As evenly as possible, and what need not move stays. */
    UNIFORM,
    /** Of each topic a run of neighbouring partitions to each member, so that equal keys of equally partitioned topics meet. */
    RANGE
}
