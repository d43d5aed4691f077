package io.tailrace.streams.runtime;

/**
 * Which task: a sub-topology for one partition number of all the topics that it reads.
 *
 * @param subTopology its number in the topology
 * @param partition from 0
 */
public record TaskId(int subTopology, int partition) implements Comparable<TaskId> {
    /** As it is shown: sub-topology, underscore, partition. */
    @Override
    public String toString() {
        return subTopology + "_" + partition;
    }

    @Override
    public int compareTo(TaskId other) {
        int byPart = Integer.compare(subTopology, other.subTopology);
        return byPart != 0 ? byPart : Integer.compare(partition, other.partition);
    }
}
