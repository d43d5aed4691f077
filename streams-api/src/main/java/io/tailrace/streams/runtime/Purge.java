package io.tailrace.streams.runtime;

import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes from internal topics, now and then, what has been processed: nobody else reads it. */
final class Purge {
    private static final Logger LOG = LoggerFactory.getLogger(Purge.class);
    /** As Kafka Streams' {@code repartition.purge.interval.ms}. */
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final Partitions partitions;
    private final LongSupplier wallClock;
    private final Map<PartitionId, Long> purged = new HashMap<>();
    private long last;

    Purge(Partitions partitions, LongSupplier wallClock) {
        this.partitions = partitions;
        this.wallClock = wallClock;
        this.last = wallClock.getAsLong();
    }

    /** A commit of those has been stored. */
    void below(List<TaskInput> inputs) {
        long now = wallClock.getAsLong();
        if (now - last < INTERVAL.toMillis()) {
            return;
        }
        last = now;
        for (TaskInput input : inputs) {
            long position = input.committed();
            if (input.isInternal() && position > purged.getOrDefault(input.id(), 0L)) {
                purged.put(input.id(), position);
                partitions.deleteRecords(input.id(), position).whenComplete((range, failure) -> {
                    if (failure != null) {
                        // What has not gone now goes with the next.
                        LOG.debug("{} was not purged below {}.", input.name(), position, failure);
                    }
                });
            }
        }
    }
}
