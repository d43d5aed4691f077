package io.tailrace.streams.runtime;

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
    private final Map<TopicPartition, RunInput> inputs = new HashMap<>();
    private final Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
    private final Punctuations byStreamTime = new Punctuations(interval -> 0);
    private final Punctuations byWallClock;
    private final LongSupplier wallClock;
    private final RunErrors errors;
    private long streamTime = -1;
    private @Nullable ConsumerRecord<ByteBuffer, ByteBuffer> reading;

    /** One that fails at the first record that it cannot deal with. */
    public TopologyRun(
            Topology topology,
            Collection<TopologyNode> nodes,
            StoreHost host,
            RunOutput output,
            @Nullable TimestampExtractor timestamps,
            LongSupplier wallClock) {
        this(topology, nodes, host, output, timestamps, wallClock, ErrorHandling.logAndFail());
    }

    /**
     * Makes the stores and the processors, which are told so.
     *
     * @param nodes a whole sub-topology or more of them, in the topology's order
     * @param timestamps for sources without an extractor of their own; {@code null}: the record's own timestamp
     * @param wallClock milliseconds since 1970
     * @param handling what becomes of records that cannot be dealt with
     */
    public TopologyRun(
            Topology topology,
            Collection<TopologyNode> nodes,
            StoreHost host,
            RunOutput output,
            @Nullable TimestampExtractor timestamps,
            LongSupplier wallClock,
            ErrorHandling handling) {
        this.wallClock = wallClock;
        this.errors = new RunErrors(handling, output, this);
        this.byWallClock = new Punctuations(interval -> wallClock.getAsLong() + interval);
        Map<String, RunNode> made = new HashMap<>();
        List<TopologyNode> reversed = new ArrayList<>(nodes);
        java.util.Collections.reverse(reversed);
        List<RunProcessor> backwards = new ArrayList<>();
        for (TopologyNode node : reversed) {
            List<RunNode> children = topology.children(node.name()).stream()
                    .map(child -> Objects.requireNonNull(made.get(child.name()), child.name()))
                    .toList();
            if (node instanceof TopologyNode.SourceNode source) {
                RunSource running = new RunSource(source, timestamps, children);
                source.topics().forEach(topic -> sourceOf.put(topic, running));
            } else if (node instanceof TopologyNode.ProcessorNode process) {
                process.stores().forEach(store -> stores.computeIfAbsent(store, name -> build(topology, name, host)));
                RunProcessor running = new RunProcessor(process, this, children);
                backwards.add(running);
                made.put(node.name(), running);
            } else {
                made.put(node.name(), new RunSink((TopologyNode.SinkNode) node, output, this));
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
        RunInput input = input(bytes.topicPartition());
        process(input, bytes, read(input, bytes));
    }

    /** A partition that it reads, the same object at each call. */
    RunInput input(TopicPartition partition) {
        return inputs.computeIfAbsent(
                partition,
                key -> new RunInput(Objects.requireNonNull(sourceOf.get(partition.topic()), partition.topic())));
    }

    /** Goes on where another run has stopped; the times of partitions are to be set beside. */
    void resume(long streamTime) {
        this.streamTime = streamTime;
    }

    /**
     * Turns its bytes into a record, whose time is that of its event. One that cannot be read is a record as well, until it is
     * {@link #process(RunInput, ConsumerRecord, StreamRecord) processed}.
     */
    StreamRecord<Object, Object> read(RunInput input, ConsumerRecord<ByteBuffer, ByteBuffer> bytes) {
        return input.source.read(bytes, input.time);
    }

    /** Takes a record that has been read. */
    void process(RunInput input, ConsumerRecord<ByteBuffer, ByteBuffer> bytes, StreamRecord<Object, Object> record) {
        reading = bytes;
        try {
            if (record.value() instanceof RunSource.Unreadable unreadable) {
                errors.unreadable(input.source.name(), bytes, unreadable.exception());
                return;
            }
            long timestamp = record.timestamp();
            if (timestamp < 0) {
                drop(DropReason.NEGATIVE_TIMESTAMP);
                return;
            }
            input.time = Math.max(input.time, timestamp);
            streamTime = Math.max(streamTime, timestamp);
            input.source.process(record);
        } finally {
            reading = null;
        }
        byStreamTime.punctuate(streamTime);
    }

    /** Calls what is due by the clock. */
    public void punctuateByWallClock() {
        byWallClock.punctuate(wallClockTime());
    }

    /** When the next of these is due, milliseconds since 1970; {@link Long#MAX_VALUE} if nothing is scheduled. */
    long nextByWallClock() {
        return byWallClock.next();
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

    RunErrors errors() {
        return errors;
    }

    /** The record that is being processed; {@code null} while none is. */
    @Nullable
    ConsumerRecord<ByteBuffer, ByteBuffer> reading() {
        return reading;
    }

    /** Tells all processors that there is nothing more. */
    @Override
    public void close() {
        processors.forEach(RunProcessor::close);
    }
}
