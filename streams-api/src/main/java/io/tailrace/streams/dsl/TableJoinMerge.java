package io.tailrace.streams.dsl;

import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import org.jspecify.annotations.Nullable;

/** Where the changes of both sides of a join of tables come together: one table, which may be kept. */
final class TableJoinMerge<K, R> implements ProcessorSupplier<K, Change<R>, K, Change<R>> {
    private final @Nullable String store;

    /**
     * Of two sides.
     *
     * @param store in which the table is kept; {@code null}: it is not
     */
    TableJoinMerge(@Nullable String store) {
        this.store = store;
    }

    @Override
    public Processor<K, Change<R>, K, Change<R>> get() {
        return new Merging();
    }

    private final class Merging implements Processor<K, Change<R>, K, Change<R>> {
        private @Nullable ProcessorContext<K, Change<R>> context;
        private @Nullable TimestampedKeyValueStore<K, R> kept;

        @Override
        public void init(ProcessorContext<K, Change<R>> given) {
            context = given;
            kept = store == null ? null : given.store(store);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init, and a table's records have keys and changes.
        public void process(StreamRecord<K, Change<R>> record) {
            if (kept != null) {
                kept.put(record.key(), ValueAndTimestamp.of(record.value().newValue(), record.timestamp()));
            }
            context.forward(record);
        }
    }
}
