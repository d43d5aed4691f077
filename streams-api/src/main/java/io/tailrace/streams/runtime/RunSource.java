package io.tailrace.streams.runtime;

import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.Deserializer;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.TimestampExtractor;
import io.tailrace.streams.topology.TopologyNode;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns bytes into records and gives them to those behind. */
final class RunSource {
    /** In the place of a value that could not be read. */
    record Unreadable(RuntimeException exception) {}

    private final Deserializer<?> keys;
    private final Deserializer<?> values;
    private final @Nullable TimestampExtractor timestamps;
    private final RunNode[] children;
    private final String name;

    RunSource(
            TopologyNode.SourceNode source, @Nullable TimestampExtractor otherwise, List<RunNode> children) {
        this.name = source.name();
        this.keys = source.keys();
        this.values = source.values();
        this.timestamps = source.timestamps() == null ? otherwise : source.timestamps();
        this.children = children.toArray(new RunNode[0]);
    }

    String name() {
        return name;
    }

    /**
     * The record, with the time of its event; negative if it is to be skipped. What could not be read is the value {@link Unreadable}, at the time with which it was
     * stored: what becomes of it is decided when it has its turn.
     */
    StreamRecord<Object, Object> read(ConsumerRecord<ByteBuffer, ByteBuffer> bytes, long partitionTime) {
        ByteBuffer keyBytes = bytes.key();
        ByteBuffer valueBytes = bytes.value();
        try {
            Object key = keyBytes == null ? null : keys.deserialize(bytes.topic(), keyBytes.duplicate());
            Object value = valueBytes == null ? null : values.deserialize(bytes.topic(), valueBytes.duplicate());
            long timestamp = timestamps == null
                    ? bytes.timestamp()
                    : timestamps.extract(decoded(bytes, key, value), partitionTime);
            return new StreamRecord<>(key, value, timestamp, bytes.headers());
        } catch (RuntimeException e) {
            return new StreamRecord<>(null, new Unreadable(e), bytes.timestamp(), bytes.headers());
        }
    }

    private static ConsumerRecord<Object, Object> decoded(
            ConsumerRecord<?, ?> bytes, @Nullable Object key, @Nullable Object value) {
        return new ConsumerRecord<>(
                bytes.topic(),
                bytes.partition(),
                bytes.offset(),
                bytes.timestamp(),
                bytes.timestampType(),
                bytes.serializedKeySize(),
                bytes.serializedValueSize(),
                key,
                value,
                bytes.headers(),
                bytes.leaderEpoch());
    }

    void process(StreamRecord<Object, Object> record) {
        for (RunNode child : children) {
            child.process(record);
        }
    }
}
