package io.tailrace.cluster.group;

import java.time.Duration;

/**
 * What the coordinator takes on. What goes beyond is refused with LIMIT_EXCEEDED.
 *
 * @param groups how many there may be
 * @param members how many one group may have
 * @param stateBytes how large all groups may become in a snapshot
 * @param retention after which a group goes, with its offsets, that has no members and commits nothing
 */
public record GroupLimits(int groups, int members, long stateBytes, Duration retention) {}
