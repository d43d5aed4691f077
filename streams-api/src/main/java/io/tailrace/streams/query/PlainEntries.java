package io.tailrace.streams.query;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.ValueAndTimestamp;
import org.jspecify.annotations.Nullable;

/** Entries whose values are told without their timestamps, if they have any. */
record PlainEntries<K, V>(Entries<K, Object> entries) implements Entries<K, V> {
    /** The value alone. Whoever asks for a store says what its values are, as Kafka's users do. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <V> @Nullable V plain(@Nullable Object value) {
        return (V) (value instanceof ValueAndTimestamp<?> both ? both.value() : value);
    }

    @Override
    public boolean hasNext() {
        return entries.hasNext();
    }

    @Override
    public KeyValue<K, V> next() {
        KeyValue<K, Object> entry = entries.next();
        return new KeyValue<>(entry.key(), plain(entry.value()));
    }

    @Override
    public void close() {
        entries.close();
    }
}
