package io.tailrace.streams.dsl;

import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Sends what an entry was to the key that it counted for, and what it is to the key that it counts for: one change if that is the same. */
final class TableRegrouping<K, V, K1, V1> implements ProcessorSupplier<K, Change<V>, K1, Change<V1>> {
    private final BiFunction<? super K, ? super V, KeyValue<K1, V1>> mapper;

    TableRegrouping(BiFunction<? super K, ? super V, KeyValue<K1, V1>> mapper) {
        this.mapper = mapper;
    }

    @Override
    public Processor<K, Change<V>, K1, Change<V1>> get() {
        return new Processor<>() {
            private @Nullable ProcessorContext<K1, Change<V1>> context;

            @Override
            public void init(ProcessorContext<K1, Change<V1>> given) {
                context = given;
            }

            @Override
            @SuppressWarnings(
                    "NullAway") // Nothing is processed before init, and a table's records have keys and changes.
            public void process(StreamRecord<K, Change<V>> record) {
                KeyValue<K1, V1> before = pair(record.key(), record.value().oldValue());
                KeyValue<K1, V1> now = pair(record.key(), record.value().newValue());
                if (before != null && now != null && before.key().equals(now.key())) {
                    context.forward(record.with(now.key(), new Change<>(now.value(), before.value())));
                    return;
                }
                if (before != null) {
                    context.forward(record.with(before.key(), new Change<>(null, before.value())));
                }
                if (now != null) {
                    context.forward(record.with(now.key(), new Change<>(now.value(), null)));
                }
            }

            private @Nullable KeyValue<K1, V1> pair(K key, @Nullable V value) {
                KeyValue<K1, V1> pair = value == null ? null : mapper.apply(key, value);
                return pair == null || pair.key() == null || pair.value() == null ? null : pair;
            }
        };
    }
}
