package io.tailrace.cluster.group;

/** What a group is up to. */
public enum GroupState {
    /** No member; its offsets are kept until they expire. */
    EMPTY,
    /** Every partition is with the member that is to have it. */
    STABLE,
    /** Some partitions are on their way from one member to another. */
    RECONCILING
}
