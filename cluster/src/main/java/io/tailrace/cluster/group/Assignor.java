package io.tailrace.cluster.group;

/**
 * How a group's partitions are dealt out to its members. By name, since what it names runs where the coordinator is.
 *
 * @param name {@code uniform}, {@code range}, or that of a {@link PartitionAssignor} which {@code tailrace.groups.assignors} lists on every
 *     storage node; 1 to {@link #MAX_NAME} characters
 */
public record Assignor(String name) {
    /** The longest name, in characters. */
    public static final int MAX_NAME = 100;

    /** As evenly as possible, and what need not move stays. */
    public static final Assignor UNIFORM = new Assignor("uniform");

    /** Of each topic a run of neighbouring partitions to each member, so that equal keys of equally partitioned topics meet. */
    public static final Assignor RANGE = new Assignor("range");

    @Override
    public String toString() {
        return name;
    }
}
