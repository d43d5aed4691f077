package io.tailrace.cluster.group;

/**
 * A group in a list.
 *
 * @param group its name
 * @param state what it is up to
 * @param members how many
 */
public record GroupSummary(String group, GroupState state, int members) {}
