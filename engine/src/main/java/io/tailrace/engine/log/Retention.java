package io.tailrace.engine.log;

/**
 * How long a log keeps what it has; whole segments go (Kafka's {@code retention.ms} and {@code retention.bytes}).
 *
 * @param millis a segment goes when its largest timestamp is older than this; -1 for never
 * @param bytes the oldest segments go while what is left after them is at least this much; -1 for never
 */
public record Retention(long millis, long bytes) {
    /** Nothing ever goes. */
    public static final Retention NONE = new Retention(-1, -1);
}
