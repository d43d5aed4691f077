package io.tailrace.cluster.group;

/**
 * What the coordinator takes on. What goes beyond is refused with LIMIT_EXCEEDED.
 *
 * @param groups how many there may be
 * @param members how many one group may have
 * @param stateBytes how large all groups may become in a snapshot
 */
public record GroupLimits(int groups, int members, long stateBytes) {}
