package io.tailrace.streams.testkit;

import io.tailrace.streams.Deserializer;
import io.tailrace.streams.state.KeyValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Where a test gets records out, each once and in their order. */
public final class TestOutputTopic<K, V> {
    private final Queue<TestRecord<byte[], byte[]>> records;
    private final String topic;
    private final Deserializer<K> keys;
    private final Deserializer<V> values;

    TestOutputTopic(
            Queue<TestRecord<byte[], byte[]>> records, String topic, Deserializer<K> keys, Deserializer<V> values) {
        this.records = records;
        this.topic = topic;
        this.keys = keys;
        this.values = values;
    }

    /** The next record. Throws {@link NoSuchElementException} if there is none. */
    public TestRecord<K, V> readRecord() {
        TestRecord<byte[], byte[]> next = records.poll();
        if (next == null) {
            throw new NoSuchElementException("Nothing (more) has come out in topic " + topic + ".");
        }
        byte[] key = next.key();
        byte[] value = next.value();
        return new TestRecord<>(
                key == null ? null : keys.deserialize(topic, ByteBuffer.wrap(key)),
                value == null ? null : values.deserialize(topic, ByteBuffer.wrap(value)),
                next.timestamp(),
                next.headers());
    }

    /** The next record's key and value. Throws {@link NoSuchElementException} if there is none. */
    public KeyValue<K, V> readKeyValue() {
        TestRecord<K, V> next = readRecord();
        return new KeyValue<>(next.key(), next.value());
    }

    /** The next record's value. Throws {@link NoSuchElementException} if there is none. */
    public @Nullable V readValue() {
        return readRecord().value();
    }

    /** All that are there. */
    public List<TestRecord<K, V>> readRecordsToList() {
        List<TestRecord<K, V>> all = new ArrayList<>();
        while (!records.isEmpty()) {
            all.add(readRecord());
        }
        return all;
    }

    /** The keys and values of all that are there. */
    public List<KeyValue<K, V>> readKeyValuesToList() {
        return readRecordsToList().stream()
                .map(record -> new KeyValue<>(record.key(), record.value()))
                .toList();
    }

    /** The last value of each key that is there. */
    public Map<@Nullable K, @Nullable V> readKeyValuesToMap() {
        Map<@Nullable K, @Nullable V> last = new LinkedHashMap<>();
        readRecordsToList().forEach(record -> last.put(record.key(), record.value()));
        return last;
    }

    /** Whether nothing is there. */
    public boolean isEmpty() {
        return records.isEmpty();
    }

    /** How many are there. */
    public int queueSize() {
        return records.size();
    }
}
