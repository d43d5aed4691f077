package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.TopicPartition;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.state.StoreBuilder;
import io.tailrace.streams.state.StoreHost;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.PunctuationType;
import io.tailrace.streams.topology.RecordPosition;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.TimestampExtractor;
import io.tailrace.streams.topology.Topology;
import io.tailrace.streams.topology.TopologyNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of a topology with their stores, ready to take records. Knows neither threads nor engine: a record that is given to {@link #process} has gone
 * through all nodes, what came of it has been handed to the output and the stores' host, when that returns. For one thread.
 */
public final class TopologyRun implements AutoCloseable {
    private final Map<String, RunSource> sourceOf = new HashMap<>();
    private final Map<String, StateStore> stores = new LinkedHashMap<>();
    private final List<RunProcessor> processors = new ArrayList<>();
    private final Map<TopicPartition, Long> partitionTimes = new HashMap<>();
    private final Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
    private final Punctuations byStreamTime = new Punctuations(interval -> 0);
    private final Punctuations byWallClock;
    private final LongSupplier wallClock;
    private long streamTime = -1;
    private @Nullable ConsumerRecord<?, ?> reading;
    private @Nullable RunNode inside;

    /**
     * Makes the stores and the processors, which are told so.
     *
     * @param nodes a whole sub-topology or more of them, in the topology's order
     * @param timestamps for sources without an extractor of their own; {@code null}: the record's own timestamp
     * @param wallClock milliseconds since 1970
     */
    public TopologyRun(
            Topology topology,
            Collection<TopologyNode> nodes,
            StoreHost host,
            RunOutput output,
            @Nullable TimestampExtractor timestamps,
            LongSupplier wallClock) {
        this.wallClock = wallClock;
        this.byWallClock = new Punctuations(interval -> wallClock.getAsLong() + interval);
        Map<String, RunNode> made = new HashMap<>();
        List<TopologyNode> reversed = new ArrayList<>(nodes);
        java.util.Collections.reverse(reversed);
        List<RunProcessor> backwards = new ArrayList<>();
        for (TopologyNode node : reversed) {
            List<RunNode> children = new ArrayList<>();
            Map<DropReason, RunNode> takersOfDropped = new EnumMap<>(DropReason.class);
            for (TopologyNode child : topology.children(node.name())) {
                RunNode running = Objects.requireNonNull(made.get(child.name()), child.name());
                if (child instanceof TopologyNode.SinkNode sink && sink.dropped() != null) {
                    takersOfDropped.put(sink.dropped(), running);
                } else {
                    children.add(running);
                }
            }
            if (node instanceof TopologyNode.SourceNode source) {
                RunSource running = new RunSource(source, this, timestamps, children);
                source.topics().forEach(topic -> sourceOf.put(topic, running));
            } else if (node instanceof TopologyNode.ProcessorNode process) {
                process.stores().forEach(store -> stores.computeIfAbsent(store, name -> build(topology, name, host)));
                RunProcessor running = new RunProcessor(process, this, children, takersOfDropped);
                backwards.add(running);
                made.put(node.name(), running);
            } else {
                made.put(node.name(), new RunSink((TopologyNode.SinkNode) node, output));
            }
        }
        java.util.Collections.reverse(backwards);
        processors.addAll(backwards);
        processors.forEach(RunProcessor::init);
    }

    private static StateStore build(Topology topology, String name, StoreHost host) {
        StoreBuilder<?> builder = Objects.requireNonNull(topology.store(name), name);
        return builder.build(host);
    }

    /**
     * Takes a record.
     *
     * @throws TailraceException SERIALIZATION_FAILED, PROCESSING_FAILED: naming the record and the node; nothing more may be given to this run then
     */
    public void process(ConsumerRecord<ByteBuffer, ByteBuffer> bytes) {
        RunSource source = Objects.requireNonNull(sourceOf.get(bytes.topic()), bytes.topic());
        TopicPartition partition = bytes.topicPartition();
        long partitionTime = partitionTimes.getOrDefault(partition, -1L);
        StreamRecord<Object, Object> record = read(source, bytes, partitionTime);
        if (record.timestamp() < 0) {
            drop(DropReason.NEGATIVE_TIMESTAMP);
            return;
        }
        if (record.timestamp() > partitionTime) {
            partitionTimes.put(partition, record.timestamp());
        }
        streamTime = Math.max(streamTime, record.timestamp());
        reading = bytes;
        inside = null;
        try {
            source.process(record);
        } catch (TailraceException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failed(e);
        }
        reading = null;
        byStreamTime.punctuate(streamTime);
    }

    private static StreamRecord<Object, Object> read(
            RunSource source, ConsumerRecord<ByteBuffer, ByteBuffer> bytes, long partitionTime) {
        try {
            return source.read(bytes, partitionTime);
        } catch (RuntimeException e) {
            throw new TailraceException(
                    ErrorCode.SERIALIZATION_FAILED,
                    "Record " + place(bytes) + " cannot be read: " + e.getMessage()
                            + " Give its source serdes that fit.",
                    e);
        }
    }

    private TailraceException failed(RuntimeException e) {
        String node = inside == null ? "?" : inside.name();
        String at = reading == null ? "" : " on record " + place(reading);
        return new TailraceException(ErrorCode.PROCESSING_FAILED, "Node " + node + " failed" + at + ": " + e, e);
    }

    private static String place(ConsumerRecord<?, ?> record) {
        return record.topic() + "/" + record.partition() + "/" + record.offset();
    }

    /** Calls what is due by the clock. */
    public void punctuateByWallClock() {
        byWallClock.punctuate(wallClockTime());
    }

    /** The highest timestamp of a record so far, -1 before the first. */
    public long streamTime() {
        return streamTime;
    }

    /** How many records have gone no further, by reason. */
    public Map<DropReason, Long> dropped() {
        return Map.copyOf(dropped);
    }

    /**
     * The store of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public StateStore store(String name) {
        StateStore store = stores.get(name);
        if (store == null) {
            throw new IllegalArgumentException("There is no store " + name + " here.");
        }
        return store;
    }

    /** Whether there is a store of that name. */
    public boolean hasStore(String name) {
        return stores.containsKey(name);
    }

    long wallClockTime() {
        return wallClock.getAsLong();
    }

    Optional<RecordPosition> position() {
        return Optional.ofNullable(reading)
                .map(record -> new RecordPosition(record.topic(), record.partition(), record.offset()));
    }

    Punctuations punctuations(PunctuationType type) {
        return type == PunctuationType.STREAM_TIME ? byStreamTime : byWallClock;
    }

    void drop(DropReason reason) {
        dropped.merge(reason, 1L, Long::sum);
    }

    @Nullable
    RunNode enter(RunNode node) {
        RunNode before = inside;
        inside = node;
        return before;
    }

    void leave(@Nullable RunNode before) {
        inside = before;
    }

    /** Runs what a node is called for without a record. */
    void inside(RunNode node, Runnable work) {
        RunNode before = enter(node);
        try {
            work.run();
        } catch (TailraceException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failed(e);
        }
        leave(before);
    }

    /** Tells all processors that there is nothing more. */
    @Override
    public void close() {
        processors.forEach(RunProcessor::close);
    }
}
