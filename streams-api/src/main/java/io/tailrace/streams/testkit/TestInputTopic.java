package io.tailrace.streams.testkit;

import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serializer;
import io.tailrace.streams.state.KeyValue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a test puts records in. What they bring about has happened when the call returns. */
public final class TestInputTopic<K, V> {
    private final TopologyTestDriver driver;
    private final String topic;
    private final Serializer<K> keys;
    private final Serializer<V> values;
    private final Duration autoAdvance;
    private Instant next;

    TestInputTopic(
            TopologyTestDriver driver,
            String topic,
            Serializer<K> keys,
            Serializer<V> values,
            Instant start,
            Duration autoAdvance) {
        this.driver = driver;
        this.topic = topic;
        this.keys = keys;
        this.values = values;
        this.next = start;
        this.autoAdvance = autoAdvance;
    }

    /** Lets the time of records that come without one go on by that much. */
    public void advanceTime(Duration advance) {
        if (advance.isNegative()) {
            throw new IllegalArgumentException("Time does not go back by " + advance.negated() + ".");
        }
        next = next.plus(advance);
    }

    /** A record without a key. */
    public void pipeInput(@Nullable V value) {
        pipeInput(null, value);
    }

    /** A record at the topic's own time, which goes on by what was said when the topic was made. */
    public void pipeInput(@Nullable K key, @Nullable V value) {
        long now = next.toEpochMilli();
        next = next.plus(autoAdvance);
        pipeInput(new TestRecord<>(key, value, now));
    }

    /** A record at a time in milliseconds since 1970. */
    public void pipeInput(@Nullable K key, @Nullable V value, long timestamp) {
        pipeInput(new TestRecord<>(key, value, timestamp));
    }

    /** A record with all that is to it. */
    public void pipeInput(TestRecord<K, V> record) {
        Headers headers = record.headers();
        K key = record.key();
        V value = record.value();
        driver.pipe(
                topic,
                key == null ? null : keys.serialize(topic, key),
                value == null ? null : values.serialize(topic, value),
                record.timestamp(),
                headers);
    }

    /** One after the other. */
    public void pipeKeyValueList(List<KeyValue<K, V>> all) {
        all.forEach(each -> pipeInput(each.key(), each.value()));
    }

    /** One after the other. */
    public void pipeValueList(List<V> all) {
        all.forEach(this::pipeInput);
    }

    /** One after the other. */
    public void pipeRecordList(List<TestRecord<K, V>> all) {
        all.forEach(this::pipeInput);
    }
}
