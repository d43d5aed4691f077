package io.tailrace.streams.testkit;

import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.Deserializer;
import io.tailrace.streams.Serializer;
import io.tailrace.streams.runtime.ErrorHandling;
import io.tailrace.streams.runtime.GlobalStores;
import io.tailrace.streams.runtime.RunOutput;
import io.tailrace.streams.runtime.TopologyRun;
import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Topology;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a topology in a test, as one task with one partition of every topic: what a record brings about has happened when {@code pipeInput}
 * returns. Time stands still unless the test moves it. For one thread.
 */
public final class TopologyTestDriver implements AutoCloseable {
    private final Topology topology;
    private final Set<String> sourceTopics;
    private final Map<String, BytesStore> stores = new HashMap<>();
    private final Map<String, Queue<TestRecord<byte[], byte[]>>> outputs = new HashMap<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private final Queue<ConsumerRecord<ByteBuffer, ByteBuffer>> waiting = new ArrayDeque<>();
    private final GlobalStores globals;
    private final TopologyRun run;
    private long wallClock;

    /** With a clock that begins in 1970. */
    public TopologyTestDriver(Topology topology) {
        this(topology, Instant.EPOCH);
    }

    /** With a clock that begins there; it fails at the first record that the topology cannot deal with. */
    public TopologyTestDriver(Topology topology, Instant wallClock) {
        this(topology, wallClock, ErrorHandling.logAndFail());
    }

    /** With handlers of records that the topology cannot deal with. What goes to a dead-letter topic can be read as any output. */
    public TopologyTestDriver(Topology topology, Instant wallClock, ErrorHandling handling) {
        this.topology = topology;
        this.sourceTopics = topology.sourceTopics();
        this.wallClock = wallClock.toEpochMilli();
        this.globals = new GlobalStores(topology, null, () -> this.wallClock, handling);
        this.run = new TopologyRun(
                topology,
                topology.taskNodes(),
                globals.beside(store -> stores.computeIfAbsent(store, name -> new MemoryBytesStore())),
                new Output(),
                null,
                () -> this.wallClock,
                handling);
    }

    private final class Output implements RunOutput {
        @Override
        public void send(
                String topic,
                @Nullable IntUnaryOperator partition,
                byte @Nullable [] key,
                byte @Nullable [] value,
                long timestamp,
                Headers headers) {
            queue(topic).add(new TestRecord<>(key, value, timestamp, headers));
            if (sourceTopics.contains(topic)) {
                enqueue(topic, key, value, timestamp, headers);
            }
        }
    }

    /** Where to put records in, at the driver's own time. */
    public <K, V> TestInputTopic<K, V> createInputTopic(String topic, Serializer<K> keys, Serializer<V> values) {
        return createInputTopic(topic, keys, values, Instant.ofEpochMilli(wallClock), Duration.ZERO);
    }

    /**
     * Where to put records in.
     *
     * @param start the time of the first record that comes without one
     * @param autoAdvance by how much it goes on with each
     * @throws IllegalArgumentException if the topology does not read that topic
     */
    public <K, V> TestInputTopic<K, V> createInputTopic(
            String topic, Serializer<K> keys, Serializer<V> values, Instant start, Duration autoAdvance) {
        if (!sourceTopics.contains(topic)) {
            throw new IllegalArgumentException("The topology does not read topic " + topic + ", but " + sourceTopics);
        }
        return new TestInputTopic<>(this, topic, keys, values, start, autoAdvance);
    }

    /** Where to get records out; it may be a topic that the topology reads itself. */
    public <K, V> TestOutputTopic<K, V> createOutputTopic(String topic, Deserializer<K> keys, Deserializer<V> values) {
        return new TestOutputTopic<>(queue(topic), topic, keys, values);
    }

    /**
     * A store of the topology.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // As the test says.
    public <S extends StateStore> S store(String name) {
        return (S) (globals.hasStore(name) ? globals.store(name) : run.store(name));
    }

    /** Lets the clock go on, and what is scheduled by it happen. */
    public void advanceWallClockTime(Duration advance) {
        wallClock += advance.toMillis();
        run.punctuateByWallClock();
        processAll();
    }

    /** How many records operators had no use for. */
    public Map<DropReason, Long> dropped() {
        Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
        all.putAll(run.dropped());
        globals.dropped().forEach((reason, count) -> all.merge(reason, count, Long::sum));
        return Map.copyOf(all);
    }

    /** What is run. */
    public Topology topology() {
        return topology;
    }

    void pipe(String topic, byte @Nullable [] key, byte @Nullable [] value, long timestamp, Headers headers) {
        enqueue(topic, key, value, timestamp, headers);
        processAll();
    }

    private void enqueue(
            String topic, byte @Nullable [] key, byte @Nullable [] value, long timestamp, Headers headers) {
        long offset = offsets.merge(topic, 1L, Long::sum) - 1;
        waiting.add(new ConsumerRecord<>(
                topic,
                0,
                offset,
                timestamp,
                TimestampType.CREATE_TIME,
                key == null ? -1 : key.length,
                value == null ? -1 : value.length,
                key == null ? null : ByteBuffer.wrap(key),
                value == null ? null : ByteBuffer.wrap(value),
                headers,
                0));
    }

    private void processAll() {
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            if (globals.topics().contains(next.topic())) {
                globals.process(next);
            } else {
                run.process(next);
            }
        }
    }

    private Queue<TestRecord<byte[], byte[]>> queue(String topic) {
        return outputs.computeIfAbsent(topic, name -> new ArrayDeque<>());
    }

    /** Closes the processors and the stores. */
    @Override
    public void close() {
        run.close();
        stores.values().forEach(BytesStore::close);
        globals.close();
    }
}
