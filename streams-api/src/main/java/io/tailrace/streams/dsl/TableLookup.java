package io.tailrace.streams.dsl;

import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.ProcessorContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a processor looks a table's values up: in its store, or by computing them from a table before it that has one.
 *
 * @param stores the names of those that are needed
 * @param opening opens them for one processor
 */
record TableLookup<K, V>(List<String> stores, Opening<K, V> opening) {
    /** Opens what is needed. */
    interface Opening<K, V> {
        Getter<K, V> open(ProcessorContext<?, ?> context);
    }

    /** The values of keys, for one processor. */
    interface Getter<K, V> {
        @Nullable
        ValueAndTimestamp<V> get(K key);
    }

    static <K, V> TableLookup<K, V> inStore(String store) {
        return new TableLookup<>(List.of(store), context -> {
            TimestampedKeyValueStore<K, V> values = context.store(store);
            return values::get;
        });
    }
}
