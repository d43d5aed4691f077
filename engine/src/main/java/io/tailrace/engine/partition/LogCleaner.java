package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogCleaning;
import io.tailrace.engine.log.OffsetMap;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.Replicas;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the replicas of a node, whoever leads: one log at a time, the one with the largest share of uncompacted bytes first (Kafka's
 * {@code LogCleaner} with one thread). To be run ten times a second; blocking, one run at a time.
 */
public final class LogCleaner {
    private static final Logger LOG = LoggerFactory.getLogger(LogCleaner.class);
    private static final int RUNS_PER_SECOND = 10;

    private final Replicas replicas;
    private final Settings settings;
    private final int maxProducers;
    private final InstantSource clock;
    /** What damage or a limit keeps from being compacted, until it is opened anew. */
    private final Set<Replica> uncleanable = Collections.newSetFromMap(new WeakHashMap<>());

    private @Nullable OffsetMap map;
    private @Nullable Replica cleaned;
    private @Nullable LogCleaning cleaning;
    private long nextLookMillis;

    /**
     * How compaction goes about it.
     *
     * @param mapBytes of the map of keys, outside of the heap, taken when something is compacted for the first time
     * @param bytesPerSecond about how many are read
     * @param backoff between two looks for something to do
     */
    public record Settings(int mapBytes, long bytesPerSecond, Duration backoff) {}

    /**
     * Over the replicas of a process.
     *
     * @param maxProducers how many a partition remembers
     */
    public LogCleaner(Replicas replicas, Settings settings, int maxProducers, InstantSource clock) {
        this.replicas = replicas;
        this.settings = settings;
        this.maxProducers = maxProducers;
        this.clock = clock;
    }

    /** One round, a tenth of what a second allows. What fails is said in the log file, and tried again at the next look. */
    public void run() {
        LogCleaning current = cleaning;
        Replica replica = cleaned;
        if (current == null || replica == null) {
            look();
            return;
        }
        try {
            replica.ensureOpen();
            if (current.step(Math.max(1, settings.bytesPerSecond / RUNS_PER_SECOND))) {
                return;
            }
            replica.compacted();
            LOG.info(
                    "Replica {} is compacted: {} bytes read, {} freed",
                    replica.directory().getFileName(),
                    current.bytesRead(),
                    current.bytesFreed());
            nextLookMillis = 0;
        } catch (TailraceException e) {
            failed(replica, e);
        }
        cleaning = null;
        cleaned = null;
    }

    private void look() {
        long now = clock.millis();
        if (now < nextLookMillis) {
            return;
        }
        nextLookMillis = now + settings.backoff.toMillis();
        Replica dirtiest = dirtiest();
        if (dirtiest == null) {
            return;
        }
        try {
            OffsetMap keys = map == null ? new OffsetMap(settings.mapBytes) : map;
            map = keys;
            cleaning = dirtiest.newCleaning(keys, maxProducers);
            cleaned = dirtiest;
        } catch (TailraceException e) {
            failed(dirtiest, e);
        }
    }

    private @Nullable Replica dirtiest() {
        Replica dirtiest = null;
        double most = -1;
        for (Replica replica : replicas.opened()) {
            if (uncleanable.contains(replica)) {
                continue;
            }
            try {
                Log.Dirt dirt = replica.dirt();
                if (dirt.isDue() && dirt.ratio() > most) {
                    dirtiest = replica;
                    most = dirt.ratio();
                }
            } catch (TailraceException e) {
                failed(replica, e);
            }
        }
        return dirtiest;
    }

    private void failed(Replica replica, TailraceException e) {
        switch (e.code()) {
            case CLOSED, UNKNOWN_TOPIC, PARTITION_UNAVAILABLE -> {
                // It is being closed, deleted or repaired.
            }
            case DISK_FULL, IO_FAILED ->
                LOG.warn("Replica {} is not compacted, and tried again: {}", replica.directory(), e.getMessage());
            default -> {
                uncleanable.add(replica);
                LOG.error("Replica {} cannot be compacted: {} {}", replica.directory(), e.code(), e.getMessage());
                if (e.code() == ErrorCode.CORRUPT_LOG) {
                    replica.damaged(e, replica.startOffset());
                }
            }
        }
    }
}
