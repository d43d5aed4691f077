package io.tailrace.cluster.sharding;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/** Which nodes have been live for a while without a break. One that comes and goes gets nothing back until it stays. */
final class Settling {
    private final long settleNanos;
    private final LongSupplier nanoClock;
    private final Map<UUID, Long> since = new HashMap<>();

    /**
     * Has seen nobody yet.
     *
     * @param settle how long a node has to be live
     */
    Settling(Duration settle, LongSupplier nanoClock) {
        this.settleNanos = settle.toNanos();
        this.nanoClock = nanoClock;
    }

    /** Those that have settled among these, which are live now. */
    Set<UUID> of(Set<UUID> live) {
        long now = nanoClock.getAsLong();
        since.keySet().retainAll(live);
        Set<UUID> settled = new HashSet<>();
        for (UUID node : live) {
            if (now - since.computeIfAbsent(node, first -> now) >= settleNanos) {
                settled.add(node);
            }
        }
        return settled;
    }
}
