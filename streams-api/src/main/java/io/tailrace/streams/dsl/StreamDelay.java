package io.tailrace.streams.dsl;

import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.PunctuationType;
import io.tailrace.streams.topology.StreamRecord;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lets records wait until the clock says that they are old enough. */
record StreamDelay<K, V>(String store, Duration delay, int maxRecords) implements ProcessorSupplier<K, V, K, V> {
    /** So what has become due while nobody was there does not go on in one piece. */
    private static final int AT_ONCE = 1_000;

    private static final long LONGEST_INTERVAL_MILLIS = 100;

    @Override
    public Processor<K, V, K, V> get() {
        return new Delaying();
    }

    private final class Delaying implements Processor<K, V, K, V> {
        private final long delayMillis = delay.toMillis();
        private @Nullable ProcessorContext<K, V> context;
        private @Nullable DelayStore<K, V> waiting;

        @Override
        public void init(ProcessorContext<K, V> given) {
            context = given;
            waiting = given.store(store);
            long interval = Math.max(1, Math.min(LONGEST_INTERVAL_MILLIS, delayMillis / 10));
            given.schedule(
                    Duration.ofMillis(interval),
                    PunctuationType.WALL_CLOCK_TIME,
                    now -> release(AT_ONCE, now - delayMillis));
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init.
        public void process(StreamRecord<K, V> record) {
            long dueUpTo = context.wallClockTime() - delayMillis;
            release(AT_ONCE, dueUpTo);
            if (record.timestamp() <= dueUpTo && waiting.earliest() > dueUpTo) {
                context.forward(record);
                return;
            }
            waiting.add(record);
            if (waiting.count() > maxRecords) {
                release(1, Long.MAX_VALUE);
            }
        }

        private void release(int atMost, long upTo) {
            Objects.requireNonNull(waiting)
                    .take(atMost, upTo)
                    .forEach(Objects.requireNonNull(context)::forward);
        }
    }
}
