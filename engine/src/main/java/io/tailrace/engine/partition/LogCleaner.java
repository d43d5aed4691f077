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
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the replicas of a node, whoever leads: one log at a time, the one with the largest share of uncompacted bytes first (Kafka's
 * {@code LogCleaner} with one thread). Where the disk's floor of free space leaves too little room, it is the one with the most
 * uncompacted bytes of those that fit. To be run often; blocking, one run at a time.
 */
public final class LogCleaner {
    private static final Logger LOG = LoggerFactory.getLogger(LogCleaner.class);
    /** Between two looks at the clock and at the free space. */
    private static final long STEP_BYTES = 256 << 10;

    private final Replicas replicas;
    private final Settings settings;
    private final int maxProducers;
    private final DiskSpace space;
    private final InstantSource clock;
    private final CleaningPace pace;
    /** What damage or a limit keeps from being compacted, until it is opened anew. */
    private final Set<Replica> uncleanable = Collections.newSetFromMap(new WeakHashMap<>());

    private @Nullable OffsetMap map;
    private @Nullable Replica cleaned;
    private @Nullable LogCleaning cleaning;
    private long nextLookMillis;
    /** Whether it has been said that there is too little room. */
    private boolean waitsForRoom;

    /**
     * How compaction goes about it.
     *
     * @param mapBytes of the map of keys, outside of the heap, taken when something is compacted for the first time
     * @param bytesPerSecond at most so many are read, about
     * @param timeShare what share of the time it works, at most, above 0 to 1
     * @param backoff between two looks for something to do
     */
    public record Settings(int mapBytes, long bytesPerSecond, double timeShare, Duration backoff) {
        /**
         * Checks them.
         *
         * @throws IllegalArgumentException if one makes no sense
         */
        public Settings {
            if (bytesPerSecond < 1 || !(timeShare > 0 && timeShare <= 1)) {
                throw new IllegalArgumentException(
                        "log.cleaner: max-bytes-per-second must be positive, max-time-share above 0 and at most 1");
            }
        }
    }

    /**
     * Over the replicas of a process.
     *
     * @param maxProducers how many a partition remembers
     * @param space whether the disk has room above its floor
     * @param nanoClock goes forward, whatever the time
     */
    public LogCleaner(
            Replicas replicas,
            Settings settings,
            int maxProducers,
            DiskSpace space,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.replicas = replicas;
        this.settings = settings;
        this.maxProducers = maxProducers;
        this.space = space;
        this.clock = clock;
        this.pace = new CleaningPace(settings.bytesPerSecond, settings.timeShare, nanoClock);
    }

    /**
     * One round. What fails is said in the log file, and tried again at the next look.
     *
     * @return whether there is something to go on with soon
     */
    public boolean run() {
        LogCleaning current = cleaning;
        Replica replica = cleaned;
        if (current == null || replica == null) {
            look();
        } else if (!workOn(replica, current)) {
            cleaning = null;
            cleaned = null;
        }
        return cleaning != null;
    }

    /** Whether there is more to do. */
    private boolean workOn(Replica replica, LogCleaning current) {
        try {
            replica.ensureOpen();
            for (long allowed = pace.allowed(); allowed > 0; allowed = pace.allowed()) {
                long before = current.bytesRead();
                long bytes = Math.min(STEP_BYTES, allowed);
                long toWrite = current.bytesToWrite();
                if (!space.has(toWrite)) {
                    current.giveUp();
                    waitForRoom(replica, tooLittle(toWrite));
                    return false;
                }
                boolean more = current.step(bytes);
                pace.worked(current.bytesRead() - before);
                if (!more) {
                    ended(replica, current);
                    return false;
                }
            }
            return true;
        } catch (TailraceException e) {
            failed(replica, e);
            return false;
        }
    }

    private void ended(Replica replica, LogCleaning done) {
        replica.compacted();
        LOG.info(
                "Replica {} is compacted: {} bytes read, {} freed",
                replica.directory().getFileName(),
                done.bytesRead(),
                done.bytesFreed());
        nextLookMillis = 0;
    }

    private void look() {
        long now = clock.millis();
        if (now < nextLookMillis) {
            return;
        }
        nextLookMillis = now + settings.backoff.toMillis();
        try {
            begin(next());
        } catch (TailraceException theVolumeDoesNotAnswer) {
            LOG.warn("Nothing is compacted for now: {}", theVolumeDoesNotAnswer.getMessage());
        }
    }

    private void begin(@Nullable Replica next) {
        if (next == null) {
            return;
        }
        try {
            OffsetMap keys = map == null ? new OffsetMap(settings.mapBytes) : map;
            map = keys;
            cleaning = next.newCleaning(keys, maxProducers);
            cleaned = next;
        } catch (TailraceException e) {
            failed(next, e);
        }
    }

    private @Nullable Replica next() {
        Map<Replica, Log.Dirt> due = due();
        Map<Replica, Log.Dirt> fitting = new HashMap<>(due);
        fitting.values().removeIf(dirt -> !space.has(dirt.bytesToWrite()));
        if (fitting.size() == due.size()) {
            if (waitsForRoom) {
                waitsForRoom = false;
                LOG.warn("There is room on the data volume again: compaction goes on.");
            }
            return max(due, Log.Dirt::ratio);
        }
        due.forEach((replica, dirt) -> {
            if (!fitting.containsKey(replica)) {
                waitForRoom(replica, tooLittle(dirt.bytesToWrite()));
            }
        });
        return max(fitting, Log.Dirt::bytes);
    }

    private static @Nullable Replica max(Map<Replica, Log.Dirt> due, ToDoubleFunction<Log.Dirt> by) {
        return due.entrySet().stream()
                .max(Comparator.comparingDouble(each -> by.applyAsDouble(each.getValue())))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private String tooLittle(long bytes) {
        return "It may need " + bytes + " bytes for a while, and " + space.floorBytes()
                + " are to stay free on the data volume";
    }

    private void waitForRoom(Replica replica, String why) {
        if (!waitsForRoom) {
            LOG.warn(
                    "Replica {} is not compacted. {}: make room, compaction goes on by itself.",
                    replica.directory(),
                    why);
        }
        waitsForRoom = true;
    }

    private Map<Replica, Log.Dirt> due() {
        Map<Replica, Log.Dirt> due = new HashMap<>();
        for (Replica replica : replicas.opened()) {
            if (uncleanable.contains(replica)) {
                continue;
            }
            try {
                Log.Dirt dirt = replica.dirt();
                if (dirt.isDue()) {
                    due.put(replica, dirt);
                }
            } catch (TailraceException e) {
                failed(replica, e);
            }
        }
        return due;
    }

    private void failed(Replica replica, TailraceException e) {
        switch (e.code()) {
            case CLOSED, UNKNOWN_TOPIC, PARTITION_UNAVAILABLE -> {
                // It is being closed, deleted or repaired.
            }
            case DISK_FULL -> waitForRoom(replica, String.valueOf(e.getMessage()));
            case IO_FAILED ->
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
