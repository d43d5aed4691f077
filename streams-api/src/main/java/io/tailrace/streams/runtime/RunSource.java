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
    private final Deserializer<?> keys;
    private final Deserializer<?> values;
    private final @Nullable TimestampExtractor timestamps;
    private final RunNode[] children;
    private final TopologyRun run;

    RunSource(
            TopologyNode.SourceNode source,
            TopologyRun run,
            @Nullable TimestampExtractor otherwise,
            List<RunNode> children) {
        this.keys = source.keys();
        this.values = source.values();
        this.timestamps = source.timestamps() == null ? otherwise : source.timestamps();
        this.run = run;
        this.children = children.toArray(new RunNode[0]);
    }

    /** The record, with the time of its event; negative if it is to be skipped. */
    StreamRecord<Object, Object> read(ConsumerRecord<ByteBuffer, ByteBuffer> bytes, long partitionTime) {
        ByteBuffer keyBytes = bytes.key();
        ByteBuffer valueBytes = bytes.value();
        Object key = keyBytes == null ? null : keys.deserialize(bytes.topic(), keyBytes.duplicate());
        Object value = valueBytes == null ? null : values.deserialize(bytes.topic(), valueBytes.duplicate());
        long timestamp = timestamps == null
                ? bytes.timestamp()
                : timestamps.extract(
                        new ConsumerRecord<>(
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
                                bytes.leaderEpoch()),
                        partitionTime);
        return new StreamRecord<>(key, value, timestamp, bytes.headers());
    }

    void process(StreamRecord<Object, Object> record) {
        for (RunNode child : children) {
            run.enter(child);
            child.process(record);
        }
    }
}
