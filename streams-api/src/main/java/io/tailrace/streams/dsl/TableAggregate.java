package io.tailrace.streams.dsl;

import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Folds the entries of each key into one value: first what an entry was is taken out of it, then what it is goes in. */
final class TableAggregate<K, V, A> implements ProcessorSupplier<K, Change<V>, K, Change<A>>, TableOperator<K, A> {
    /** How entries go in and out. */
    interface Fold<K, V, A> {
        @Nullable
        A add(K key, V value, @Nullable A before);

        @Nullable
        A subtract(K key, V value, A before);

        /** Whether an entry that is the only one is as of its own time, whatever was taken out before it. */
        boolean firstIsAsItIs();
    }

    record Aggregating<K, V, A>(
            Supplier<A> initializer,
            Aggregator<? super K, ? super V, A> adder,
            Aggregator<? super K, ? super V, A> subtractor)
            implements Fold<K, V, A> {
        @Override
        public @Nullable A add(K key, V value, @Nullable A before) {
            return adder.apply(key, value, before == null ? initializer.get() : before);
        }

        @Override
        public @Nullable A subtract(K key, V value, A before) {
            return subtractor.apply(key, value, before);
        }

        @Override
        public boolean firstIsAsItIs() {
            return false;
        }
    }

    record Reducing<K, V>(BinaryOperator<V> adder, BinaryOperator<V> subtractor) implements Fold<K, V, V> {
        @Override
        public V add(K key, V value, @Nullable V before) {
            return before == null ? value : adder.apply(before, value);
        }

        @Override
        public V subtract(K key, V value, V before) {
            return subtractor.apply(before, value);
        }

        @Override
        public boolean firstIsAsItIs() {
            return true;
        }
    }

    private final String store;
    private final Fold<K, V, A> fold;
    private boolean sendOldValues;

    TableAggregate(String store, Fold<K, V, A> fold) {
        this.store = store;
        this.fold = fold;
    }

    @Override
    public boolean sendOldValues(boolean force) {
        sendOldValues = true;
        return true;
    }

    @Override
    public TableLookup<K, A> lookup() {
        return TableLookup.inStore(store);
    }

    @Override
    public Processor<K, Change<V>, K, Change<A>> get() {
        return new Folding();
    }

    private final class Folding implements Processor<K, Change<V>, K, Change<A>> {
        private @Nullable ProcessorContext<K, Change<A>> context;
        private @Nullable TimestampedKeyValueStore<K, A> aggregates;

        @Override
        public void init(ProcessorContext<K, Change<A>> given) {
            context = given;
            aggregates = given.store(store);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init, and a table's records have keys and changes.
        public void process(StreamRecord<K, Change<V>> record) {
            K key = record.key();
            V was = record.value().oldValue();
            V is = record.value().newValue();
            ValueAndTimestamp<A> before = aggregates.get(key);
            A old = ValueAndTimestamp.valueOf(before);
            long later = before == null ? record.timestamp() : Math.max(record.timestamp(), before.timestamp());
            long timestamp = record.timestamp();
            A between = old;
            if (was != null && old != null) {
                between = fold.subtract(key, was, old);
                timestamp = later;
            }
            A now = between;
            if (is != null) {
                now = fold.add(key, is, between);
                timestamp = between == null && fold.firstIsAsItIs() ? timestamp : later;
            }
            aggregates.put(key, ValueAndTimestamp.of(now, timestamp));
            context.forward(record.withValue(new Change<>(now, sendOldValues ? old : null))
                    .withTimestamp(timestamp));
        }
    }
}
