package io.tailrace.streams.dsl;

import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A table whose values are made of those of another one by one: {@code mapValues}, and {@code filter}, which makes nothing of some. It is kept in a
 * store of its own only if it is to be queried; else its values are computed when they are looked up.
 */
final class TableMapping<K, V, V1> implements ProcessorSupplier<K, Change<V>, K, Change<V1>>, TableOperator<K, V1> {
    private final TableOperator<K, V> parent;
    private final BiFunction<K, V, @Nullable V1> mapper;
    private final @Nullable String store;
    /** A filter has nothing to say of a key that it lets through neither before nor now. */
    private final boolean filters;

    private boolean sendOldValues;

    TableMapping(
            TableOperator<K, V> parent,
            BiFunction<K, V, @Nullable V1> mapper,
            @Nullable String store,
            boolean filters) {
        this.parent = parent;
        this.mapper = mapper;
        this.store = store;
        this.filters = filters;
        if (filters) {
            sendOldValues = parent.sendOldValues(false);
        }
    }

    @Override
    public boolean sendOldValues(boolean force) {
        if (store != null || parent.sendOldValues(force)) {
            sendOldValues = true;
        }
        return sendOldValues;
    }

    private @Nullable V1 map(K key, @Nullable V value) {
        return value == null ? null : mapper.apply(key, value);
    }

    @Override
    public TableLookup<K, V1> lookup() {
        if (store != null) {
            return TableLookup.inStore(store);
        }
        TableLookup<K, V> before = parent.lookup();
        return new TableLookup<>(before.stores(), context -> {
            TableLookup.Getter<K, V> values = before.opening().open(context);
            return key -> {
                ValueAndTimestamp<V> found = values.get(key);
                return found == null ? null : ValueAndTimestamp.of(mapper.apply(key, found.value()), found.timestamp());
            };
        });
    }

    @Override
    public OptionalLong openMillis() {
        return parent.openMillis();
    }

    @Override
    public Processor<K, Change<V>, K, Change<V1>> get() {
        return new Mapping();
    }

    private final class Mapping implements Processor<K, Change<V>, K, Change<V1>> {
        private @Nullable ProcessorContext<K, Change<V1>> context;
        private @Nullable TimestampedKeyValueStore<K, V1> kept;

        @Override
        public void init(ProcessorContext<K, Change<V1>> given) {
            context = given;
            kept = store == null ? null : given.store(store);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init, and a table's records have keys and changes.
        public void process(StreamRecord<K, Change<V>> record) {
            K key = record.key();
            V1 now = map(key, record.value().newValue());
            V1 before = sendOldValues ? before(key, record.value()) : null;
            if (filters && sendOldValues && before == null && now == null) {
                return;
            }
            if (kept != null) {
                kept.put(key, ValueAndTimestamp.of(now, record.timestamp()));
            }
            context.forward(record.withValue(new Change<>(now, before)));
        }

        private @Nullable V1 before(K key, Change<V> change) {
            return kept == null ? map(key, change.oldValue()) : ValueAndTimestamp.valueOf(kept.get(key));
        }
    }
}
