package io.tailrace.cluster.placement;

import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.partition.PartitionSettings;
import io.tailrace.engine.record.TimestampType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * Partitions that belong to no topic of the catalogue: what persistent actors write goes there, the catalogue's own events
 * included. Their id follows from what they are for, so nobody has to be asked for it: a name-based UUID (version 3), where
 * the topics' ids are random ones (version 4).
 */
public final class InternalPartition {
    private static final int NAME_BASED = 3;

    /** Large, in bytes, since one event is never split. */
    public static final int MAX_MESSAGE_BYTES = 64 << 20;

    /** The persistence id of the catalogue of topics. */
    public static final String CATALOG = "tailrace-catalog";

    /** Where the catalogue's events lie. */
    public static final PartitionId CATALOG_EVENTS = of("journal", CATALOG);

    private static final PartitionId CATALOG_SNAPSHOTS = of("snapshot", CATALOG);

    /** Those that hold what the catalogue itself consists of: their place has to be known without asking the catalogue. */
    public static final List<PartitionId> CONTROL = List.of(CATALOG_EVENTS, CATALOG_SNAPSHOTS);

    private InternalPartition() {}

    /**
     * The settings of one: nothing goes by age or size.
     *
     * @param replicas how many nodes are to hold it
     */
    public static PartitionSettings settings(int replicas) {
        return new PartitionSettings(
                MAX_MESSAGE_BYTES,
                TimestampType.CREATE_TIME,
                new LogSettings(128 << 20, 7L * 24 * 60 * 60 * 1000, 4096),
                Retention.NONE,
                replicas);
    }

    /**
     * The partition for that name within that kind.
     *
     * @param kind who writes there, such as {@code journal}
     * @param name such as a persistence id
     */
    public static PartitionId of(String kind, String name) {
        return new PartitionId(UUID.nameUUIDFromBytes((kind + "|" + name).getBytes(StandardCharsets.UTF_8)), 0);
    }

    /** Whether it is one of these. */
    public static boolean is(PartitionId partition) {
        return partition.topicId().version() == NAME_BASED;
    }

    /** Whether it is one of {@link #CONTROL}. */
    public static boolean isControl(PartitionId partition) {
        return CONTROL.contains(partition);
    }
}
