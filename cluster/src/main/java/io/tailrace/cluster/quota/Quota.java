package io.tailrace.cluster.quota;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.OptionalLong;

/**
 * How much somebody may do, at each node.
 *
 * @param entity whose it is
 * @param producerByteRate bytes a second that may be stored, empty for as many as come
 * @param consumerByteRate bytes a second that may be read, empty for as many as there are
 */
public record Quota(QuotaEntity entity, OptionalLong producerByteRate, OptionalLong consumerByteRate) {
    /** The lowest rate: less would keep a batch waiting for days. */
    public static final long MIN_RATE = 1_000;

    /** The highest rate. */
    public static final long MAX_RATE = 1_000_000_000_000L;

    /** Throws INVALID_ARGUMENT for a rate out of bounds, and where it is nobody's or a name is none. */
    public Quota {
        entity.check();
        check("producer_byte_rate", producerByteRate);
        check("consumer_byte_rate", consumerByteRate);
    }

    private static void check(String name, OptionalLong rate) {
        if (rate.isPresent() && (rate.getAsLong() < MIN_RATE || rate.getAsLong() > MAX_RATE)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    name + " is " + rate.getAsLong() + " bytes a second: give " + MIN_RATE + " to " + MAX_RATE + ".");
        }
    }

    /** One that limits nothing. */
    public static Quota none(QuotaEntity entity) {
        return new Quota(entity, OptionalLong.empty(), OptionalLong.empty());
    }

    /** Whether nothing is limited. */
    public boolean isNone() {
        return producerByteRate.isEmpty() && consumerByteRate.isEmpty();
    }

    /** The rate in bytes a second, empty for no limit. */
    public OptionalLong rate(QuotaKind kind) {
        return kind == QuotaKind.PRODUCE ? producerByteRate : consumerByteRate;
    }
}
