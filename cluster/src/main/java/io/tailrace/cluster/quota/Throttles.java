package io.tailrace.cluster.quota;

import io.tailrace.cluster.quota.QuotaTable.Bucket;
import io.tailrace.cluster.quota.QuotaTable.Limit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much the clients of one node have used of their quotas. All doors of the node, its streams and its HTTP server, count together; other nodes
 * count for themselves, as in Kafka. Thread-safe; costs nothing while nobody is limited.
 */
public final class Throttles {
    /** The throttles of who has no quotas. */
    public static final Throttles NONE = new Throttles();

    /** More clients than that which owe something share a bucket with the others of their quota. */
    static final int MAX_BUCKETS = 10_000;

    private static final long SWEEP_NANOS = 1_000_000_000;

    private final LongSupplier nanos;
    private final ConcurrentMap<Bucket, TokenBucket> buckets = new ConcurrentHashMap<>();
    private final AtomicLong sweptAtNanos;
    private volatile QuotaTable quotas = QuotaTable.EMPTY;

    /** Of a node that knows of no quotas yet. */
    public Throttles() {
        this(System::nanoTime);
    }

    /** The same with another clock than {@link System#nanoTime}. */
    public Throttles(LongSupplier nanos) {
        this.nanos = nanos;
        this.sweptAtNanos = new AtomicLong(nanos.getAsLong() - SWEEP_NANOS);
    }

    /** From now on these hold, also for who is waiting. */
    public void learn(QuotaTable now) {
        if (!now.equals(quotas)) {
            quotas = now;
            if (now.isEmpty()) {
                buckets.clear();
            }
        }
    }

    /** What one user of a door, such as a stream, has to keep to. */
    public Throttle of(QuotaKind kind, ClientIdentity client) {
        return new Throttle(this, kind, client);
    }

    long now() {
        return nanos.getAsLong();
    }

    @Nullable
    Limit limit(QuotaKind kind, ClientIdentity client) {
        return quotas.find(kind, client);
    }

    TokenBucket bucket(Limit limit, long now) {
        TokenBucket bucket = buckets.get(limit.sharedBy());
        if (bucket == null) {
            bucket = hasRoom(now)
                    ? create(limit.sharedBy(), limit, now)
                    : create(limit.sharedBy().all(), limit, now);
        }
        bucket.setRate(limit.rate(), now);
        return bucket;
    }

    private TokenBucket create(Bucket key, Limit limit, long now) {
        return buckets.computeIfAbsent(key, absent -> new TokenBucket(limit.rate(), now));
    }

    /** Forgets who owes nothing, if need be; not each time, where that would not help. */
    private boolean hasRoom(long now) {
        if (buckets.size() < MAX_BUCKETS) {
            return true;
        }
        long swept = sweptAtNanos.get();
        if (now - swept >= SWEEP_NANOS && sweptAtNanos.compareAndSet(swept, now)) {
            buckets.values().removeIf(bucket -> bucket.isPaid(now));
        }
        return buckets.size() < MAX_BUCKETS;
    }
}
