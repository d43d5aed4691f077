package io.tailrace.cluster.quota;

import io.tailrace.cluster.quota.QuotaTable.Limit;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What one user of a door of a node, such as a stream, has to keep to: it passes something, charges it, and passes nothing more before
 * {@link #nanosToWait} is over. So what it owes is never more than what it passes at once, however large that is. It begins behind what others have
 * charged to the same quota, so that many that do little are limited as well. Not thread-safe.
 */
public final class Throttle {
    /** Ask at least so often whether to go on waiting: quotas change. */
    public static final long LONGEST_WAIT_NANOS = 250_000_000;

    private final Throttles all;
    private final QuotaKind kind;
    private final ClientIdentity client;
    /** Where it has a place; {@code null} while nothing limits it. */
    private @Nullable TokenBucket bucket;

    private double place;

    Throttle(Throttles all, QuotaKind kind, ClientIdentity client) {
        this.all = all;
        this.kind = kind;
        this.client = client;
    }

    /** So many bytes pass. */
    public void charge(long bytes) {
        long now = all.now();
        TokenBucket limiting = find(now);
        if (limiting != null) {
            place = limiting.charge(bytes, now);
        }
    }

    /** So many bytes are to pass when {@link #nanosToWait} is over, behind what others have charged or reserved by now. */
    public void reserve(long bytes) {
        long now = all.now();
        TokenBucket limiting = find(now);
        if (limiting != null) {
            place = limiting.charge(bytes, now) - bytes;
        }
    }

    /** How long nothing may pass; 0 for none at all. Quotas that change make it shorter or longer, see {@link #LONGEST_WAIT_NANOS}. */
    public long nanosToWait() {
        long now = all.now();
        TokenBucket limiting = find(now);
        return limiting == null ? 0 : limiting.nanosUntil(place, now);
    }

    /** The bytes a second that it is limited to at the moment, empty for no limit. */
    public OptionalLong rate() {
        Limit limit = all.limit(kind, client);
        return limit == null ? OptionalLong.empty() : OptionalLong.of(limit.rate());
    }

    private @Nullable TokenBucket find(long now) {
        Limit limit = all.limit(kind, client);
        TokenBucket found = limit == null ? null : all.bucket(limit, now);
        if (found != bucket) {
            bucket = found;
            place = found == null ? 0 : found.end();
        }
        return found;
    }
}
