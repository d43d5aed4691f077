package io.tailrace.streams.runtime;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The changes of a key-value store, out of the logs of its tasks. A log is compacted, so what is read of it first has the last value of each key, and what is read then is what has become of
 * keys since: there is no seam between the two.
 *
 * @param timestamped whether values begin with their timestamps
 */
record StoreChanges<K, V>(String store, boolean timestamped, Serde<K> keys, Serde<V> values) {
    Source<StoreChange<K, V>, Consumer.Control> source(Tailrace tailrace, String log, int partitions) {
        Set<TopicPartition> all = new HashSet<>();
        for (int number = 0; number < partitions; number++) {
            all.add(new TopicPartition(log, number));
        }
        byte[] prefix = TaskLogFormat.statePrefix(store);
        return Consumer.plainSource(
                        ConsumerSettings.create(tailrace, Serdes.byteBuffers(), Serdes.byteBuffers()),
                        Subscriptions.assignment(all))
                .filter(record -> startsWith(Objects.requireNonNull(record.key()), prefix))
                .map(record -> change(record, prefix.length));
    }

    private static boolean startsWith(ByteBuffer key, byte[] prefix) {
        return key.remaining() >= prefix.length
                && key.slice(key.position(), prefix.length).equals(ByteBuffer.wrap(prefix));
    }

    private StoreChange<K, V> change(ConsumerRecord<ByteBuffer, ByteBuffer> record, int prefixBytes) {
        ByteBuffer key = Objects.requireNonNull(record.key());
        K read = keys.deserialize(store, key.slice(key.position() + prefixBytes, key.remaining() - prefixBytes));
        ByteBuffer value = record.value();
        if (value == null) {
            return new StoreChange<>(read, null, record.timestamp());
        }
        ByteBuffer bytes = value.slice();
        long timestamp = timestamped ? bytes.getLong() : record.timestamp();
        return new StoreChange<>(read, values.deserialize(store, bytes), timestamp);
    }
}
