package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Serializer;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.KeyValueStore;
import io.tailrace.streams.state.StoreBuilder;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.topology.ProcessorContext;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Who has subscribed to which foreign key. The keys of the store begin with the foreign key, so that all subscriptions to one lie together: its length in 4 bytes,
 * big-endian, its bytes, the bytes of the left table's key.
 *
 * @param name of the store
 * @param foreignKeys writes foreign keys
 * @param primaryKeys writes and reads the left table's keys
 */
record ForeignKeyStore<K, KO>(String name, Serializer<KO> foreignKeys, Serde<K> primaryKeys) {
    StoreBuilder<?> builder() {
        return Stores.keyValueStore(name, Serdes.bytes(), ForeignKeySubscription.serde(primaryKeys));
    }

    Opened open(ProcessorContext<?, ?> context) {
        return new Opened(context.store(name));
    }

    /** For one processor. */
    final class Opened {
        private final KeyValueStore<byte[], ForeignKeySubscription<K>> store;

        private Opened(KeyValueStore<byte[], ForeignKeySubscription<K>> store) {
            this.store = store;
        }

        /** Subscribes or unsubscribes, as it says. */
        void take(KO foreignKey, ForeignKeySubscription<K> subscription) {
            byte[] prefix = prefix(foreignKey);
            byte[] primaryKey = primaryKeys.serialize(name, subscription.primaryKey());
            byte[] key = Arrays.copyOf(prefix, prefix.length + primaryKey.length);
            System.arraycopy(primaryKey, 0, key, prefix.length, primaryKey.length);
            store.put(key, subscription.instruction().subscribes() ? subscription : null);
        }

        /** All subscriptions to a foreign key, in the order of the bytes of the keys that have subscribed. */
        void forEach(KO foreignKey, Consumer<ForeignKeySubscription<K>> action) {
            byte[] prefix = prefix(foreignKey);
            try (Entries<byte[], ForeignKeySubscription<K>> entries = store.range(prefix, behind(prefix))) {
                while (entries.hasNext()) {
                    KeyValue<byte[], ForeignKeySubscription<K>> entry = entries.next();
                    if (startsWith(Objects.requireNonNull(entry.key()), prefix)) {
                        action.accept(Objects.requireNonNull(entry.value()));
                    }
                }
            }
        }

        private byte[] prefix(KO foreignKey) {
            byte[] key = foreignKeys.serialize(name, foreignKey);
            return ByteBuffer.allocate(Integer.BYTES + key.length)
                    .putInt(key.length)
                    .put(key)
                    .array();
        }
    }

    /** The first bytes that come after all those that begin with these, which begin with a positive number and so are never the last ones there are. */
    private static byte[] behind(byte[] prefix) {
        byte[] next = prefix.clone();
        int last = next.length - 1;
        while (next[last] == -1) {
            last--;
        }
        next[last]++;
        return Arrays.copyOf(next, last + 1);
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
