package io.tailrace.streams.dsl;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.WindowStore;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets a record through if none of its id has gone through that is less than the window away from it. The store keeps the ids of two windows' length, so records that come
 * up to a window late can still be told from those that have gone through.
 */
record StreamDeduplicate<K, V, I>(
        String store, BiFunction<? super K, ? super V, ? extends @Nullable I> idSelector, Duration window)
        implements ProcessorSupplier<K, V, K, V> {
    private static final byte[] SEEN = {1};

    static Duration retention(Duration window) {
        return window.multipliedBy(2);
    }

    @Override
    public Processor<K, V, K, V> get() {
        return new Deduplicating();
    }

    private final class Deduplicating implements Processor<K, V, K, V> {
        private final long windowMillis = window.toMillis();
        private @Nullable ProcessorContext<K, V> context;
        private @Nullable WindowStore<I, byte[]> ids;

        @Override
        public void init(ProcessorContext<K, V> given) {
            context = given;
            ids = given.store(store);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init.
        public void process(StreamRecord<K, V> record) {
            I id = idSelector.apply(record.key(), record.value());
            if (id == null) {
                context.forward(record);
                return;
            }
            long from = Math.max(0, record.timestamp() - windowMillis + 1);
            if (from < ids.earliestKept()) {
                context.drop(record, DropReason.LATE);
            } else if (isThere(id, from, record.timestamp() + windowMillis - 1)) {
                context.drop(record, DropReason.DUPLICATE);
            } else {
                ids.put(id, SEEN, record.timestamp());
                context.forward(record);
            }
        }

        @SuppressWarnings("NullAway") // Called by process.
        private boolean isThere(I id, long from, long to) {
            try (Entries<Long, byte[]> entries = ids.fetch(id, from, to)) {
                return entries.hasNext();
            }
        }
    }
}
