package io.tailrace.cluster.group;

/**
 * A group in a list.
 *
 * @param group its name
 * @param state what it is up to
 * @param members how many
 */
public record GroupSummary(String group, GroupState state, int members) {
    private static final int BYTES = 16;
    private static final int BYTES_OF_CHARACTER = 3;

    /** At least as many bytes as it takes in an answer. */
    long weight() {
        return BYTES + (long) BYTES_OF_CHARACTER * group.length();
    }
}
