package io.tailrace.streams.runtime;

import io.tailrace.streams.Serializer;
import io.tailrace.streams.topology.SinkPartitioner;
import io.tailrace.streams.topology.SinkTopic;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.TopologyNode;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Turns records into bytes and hands them over. */
final class RunSink implements RunNode {
    private final String name;
    private final SinkTopic<Object, Object> topic;
    private final Serializer<Object> keys;
    private final Serializer<Object> values;
    private final @Nullable SinkPartitioner<Object, Object> partitioner;
    private final RunOutput output;
    private final TopologyRun run;

    @SuppressWarnings("unchecked") // The builder took them with matching types.
    RunSink(TopologyNode.SinkNode sink, RunOutput output, TopologyRun run) {
        this.name = sink.name();
        this.topic = (SinkTopic<Object, Object>) sink.topic();
        this.keys = (Serializer<Object>) sink.keys();
        this.values = (Serializer<Object>) sink.values();
        this.partitioner = (SinkPartitioner<Object, Object>) sink.partitioner();
        this.output = output;
        this.run = run;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void process(StreamRecord<Object, Object> record) {
        try {
            send(record);
        } catch (RuntimeException e) {
            run.errors().processing(name, record, record.timestamp(), e);
        }
    }

    private void send(StreamRecord<Object, Object> record) {
        String to = topic.of(record);
        Object key = record.key();
        Object value = record.value();
        byte[] keyBytes;
        byte[] valueBytes;
        try {
            keyBytes = key == null ? null : keys.serialize(to, key);
            valueBytes = value == null ? null : values.serialize(to, value);
        } catch (RuntimeException e) {
            run.errors().unwritable(name, to, record, e);
            return;
        }
        SinkPartitioner<Object, Object> chooses = partitioner;
        IntUnaryOperator partition = chooses == null
                ? null
                : partitions -> chooses.partition(to, key, value, partitions).orElse(-1);
        try {
            output.send(to, partition, keyBytes, valueBytes, record.timestamp(), record.headers());
        } catch (RuntimeException e) {
            throw run.errors().fatal(e);
        }
    }
}
