package io.tailrace.streams.dsl;

import io.tailrace.streams.Partitioner;
import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.topology.SinkPartitioner;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Keys within windows as bytes. All windows of a key are written to the partition of the key, so that they stay in order and with what else is of that key. */
interface WindowedKeySerde<K> extends Serde<Windowed<K>> {
    /** The key alone. */
    byte[] serializeBaseKey(String topic, Windowed<K> windowed);

    /** Where keys that this serde writes go. */
    default OptionalInt partition(String topic, @Nullable Windowed<K> windowed, int partitions) {
        return windowed == null
                ? OptionalInt.empty()
                : OptionalInt.of(Partitioner.DEFAULT.partition(topic, serializeBaseKey(topic, windowed), partitions));
    }

    /** By the keys alone, if that is what the serde writes within windows; else {@code null}. */
    @SuppressWarnings("unchecked") // What is written with it are windowed keys.
    static <K, V> @Nullable SinkPartitioner<K, V> partitioner(Serde<K> keySerde) {
        if (!(keySerde instanceof WindowedKeySerde<?> windowed)) {
            return null;
        }
        WindowedKeySerde<Object> serde = (WindowedKeySerde<Object>) windowed;
        return (topic, key, value, partitions) -> serde.partition(topic, (Windowed<Object>) key, partitions);
    }
}
