package io.tailrace.streams;

import io.tailrace.cluster.quota.Throttle;
import io.tailrace.engine.error.TailraceException;
import java.util.function.Function;
import org.apache.pekko.stream.SourceShape;
import org.jspecify.annotations.Nullable;

/**
 * A source of records. An {@link Assignment} says which partitions are read, each by a {@link PartitionReading}, and {@link PartitionTurns}
 * whose turn it is.
 */
final class ConsumerLogic<K, V, T> extends SourceLogic<T> implements ReadingHost<K, V> {
    /** The least that a fetch asks for, however many partitions share the buffer. */
    private static final int MIN_FETCH_BYTES = 16 << 10;

    /** At least so many chunks in a second are what a quota gives. */
    private static final int CHUNKS_PER_SECOND = 10;

    /** What becomes of a record. */
    @FunctionalInterface
    interface Emitted<K, V, T> {
        /** What goes out; {@code owned} is {@code null} if no group has dealt the partition. */
        T of(ConsumerRecord<K, V> record, @Nullable OwnedPartition owned);
    }

    private final ConsumerSettings<K, V> settings;
    private final Emitted<K, V, T> emitted;
    private final Function<ReadingHost<K, V>, Assignment> assignment;
    private final Runnable onPassedOver;
    private final PartitionTurns<K, V> turns = new PartitionTurns<>();
    private final DeadLetters deadLetters;
    private final Throttle throttle;
    /** What has gone out is more than its quota allows by now. */
    private boolean throttled;

    /** {@code onPassedOver} hears of each record that could not be decoded and was passed over; {@code null}: this source counts itself. */
    ConsumerLogic(
            SourceShape<T> shape,
            ConsumerSettings<K, V> settings,
            Emitted<K, V, T> emitted,
            Function<ReadingHost<K, V>, Assignment> assignment,
            @Nullable Runnable onPassedOver) {
        super(shape, settings.stopTimeout());
        this.settings = settings;
        this.emitted = emitted;
        this.assignment = assignment;
        this.onPassedOver = onPassedOver == null ? control()::passedOver : onPassedOver;
        this.deadLetters = new DeadLetters(settings);
        this.throttle = settings.throttle();
    }

    @Override
    Assignment assign() {
        keepToQuota();
        return assignment.apply(this);
    }

    @Override
    void proceed() {
        if (!isOver() && isAvailable(out)) {
            emit();
        }
    }

    /** Pushes the next record there is, or has more fetched. */
    private void emit() {
        try {
            while (!isOver()) {
                PartitionReading<K, V> reading = turns.current();
                if (reading == null) {
                    // Here, and not when the actor comes to it: an answer that is there at once overtakes those in its
                    // mailbox, and whoever gets one each time would have all the turns.
                    runEvents();
                    if (isOver() || throttled) {
                        return;
                    }
                    reading = turns.next();
                    if (reading == null) {
                        return;
                    }
                }
                ConsumerRecord<K, V> record = reading.next();
                if (record != null) {
                    push(out, emitted.of(record, reading.owned()));
                    located(reading);
                    return;
                }
                turns.end();
                located(reading);
            }
        } catch (TailraceException e) {
            failed(e);
        }
    }

    /** Completes the source if that partition was the last one on its way to its end. */
    @Override
    public void located(PartitionReading<K, V> reading) {
        if (reading.isDone() && turns.allDone()) {
            finish();
        }
    }

    /** A share of the buffer: two chunks of each partition are held. Where partitions have just come, some chunks are larger yet. */
    @Override
    public int fetchBytes() {
        long share = settings.bufferBytes() / (2L * Math.max(1, turns.count()));
        // Who is limited gets less at a time, so that he need not wait for long after it.
        long limited = throttle.rate().orElse(Long.MAX_VALUE) / CHUNKS_PER_SECOND;
        return (int) Math.min(settings.fetchBytes(), Math.max(MIN_FETCH_BYTES, Math.min(share, limited)));
    }

    @Override
    public void charge(int bytes) {
        throttle.charge(bytes);
        keepToQuota();
    }

    /** No chunk's turn begins while something is owed: so the debt is at most one chunk. */
    private void keepToQuota() {
        long nanos = throttled ? 0 : throttle.nanosToWait();
        if (nanos > 0) {
            throttled = true;
            later(this::throttleOver, Math.min(nanos, Throttle.LONGEST_WAIT_NANOS));
        }
    }

    /** The pause is over, but what is owed may have become more meanwhile. */
    private void throttleOver() {
        throttled = false;
        keepToQuota();
        proceed();
    }

    @Override
    public void begin(PartitionReading<K, V> reading) {
        turns.add(reading);
        reading.begin();
    }

    @Override
    public void end(PartitionReading<K, V> reading) {
        turns.remove(reading);
        reading.close();
    }

    @Override
    public void ready(PartitionReading<K, V> reading) {
        turns.ready(reading);
    }

    @Override
    public void passedOver() {
        onPassedOver.run();
    }

    @Override
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    @Override
    public void hold(PartitionReading<K, V> reading, boolean held) {
        turns.hold(reading, held);
    }

    @Override
    public void postStop() {
        turns.close();
        deadLetters.close();
        super.postStop();
    }
}
