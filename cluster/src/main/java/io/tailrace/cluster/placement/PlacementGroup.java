package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.PartitionId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A placement group: the partitions in it have the same voters, and are one Pekko shard. A fixed number of groups keeps the
 * sharding coordinator's state small however many partitions there are; neighbouring partitions of a topic fall into
 * neighbouring groups, so that their leaders spread evenly.
 *
 * @param replicas the replication factor of the partitions in it; 0 for {@link #CONTROL}
 * @param number from 0, below {@link #GROUPS}
 */
public record PlacementGroup(int replicas, int number) {
    /** How many there are for each replication factor; fixed, since it names where every partition lives. */
    public static final int GROUPS = 128;

    /** The one of the catalogue's own partitions, whose voters are known without the catalogue. */
    public static final PlacementGroup CONTROL = new PlacementGroup(0, 0);

    private static final String CONTROL_TEXT = "control";
    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]?)-(0|[1-9][0-9]{0,2})");

    /** The group that a partition lives in, given its replication factor. */
    public static PlacementGroup of(PartitionId partition, int replicas) {
        return InternalPartition.isControl(partition)
                ? CONTROL
                : new PlacementGroup(
                        replicas, Math.floorMod(partition.topicId().hashCode() + partition.partition(), GROUPS));
    }

    /** The form that names a shard: {@code <replicas>-<number>} or {@code control}. */
    public String text() {
        return isControl() ? CONTROL_TEXT : replicas + "-" + number;
    }

    /** Reads {@link #text()} back; empty if it is not of that form. */
    public static Optional<PlacementGroup> parse(String text) {
        if (text.equals(CONTROL_TEXT)) {
            return Optional.of(CONTROL);
        }
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        PlacementGroup group =
                new PlacementGroup(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        return group.number < GROUPS ? Optional.of(group) : Optional.empty();
    }

    /** Whether it is {@link #CONTROL}. */
    public boolean isControl() {
        return replicas == 0;
    }

    @Override
    public String toString() {
        return text();
    }
}
