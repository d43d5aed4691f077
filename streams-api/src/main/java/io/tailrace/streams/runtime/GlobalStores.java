package io.tailrace.streams.runtime;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.state.StoreHost;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.GlobalStore;
import io.tailrace.streams.topology.TimestampExtractor;
import io.tailrace.streams.topology.Topology;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One instance's copy of a topology's global stores, in memory, and what fills it. One thread gives it the records of their topics; the tasks of all threads look
 * values up through the hosts that {@link #beside} makes, and see what is newest.
 */
public final class GlobalStores implements AutoCloseable {
    private final Map<String, BytesStore> bytes;
    private final Set<String> topics;
    private final TopologyRun run;

    /** One that fails at the first record that it cannot deal with. */
    public GlobalStores(Topology topology, @Nullable TimestampExtractor timestamps, LongSupplier wallClock) {
        this(topology, timestamps, wallClock, ErrorHandling.logAndFail());
    }

    /**
     * Of a topology, still empty.
     *
     * @param timestamps for sources without an extractor of their own; {@code null}: the record's own timestamp
     * @param wallClock milliseconds since 1970
     * @param handling what becomes of records that cannot be dealt with. All instances read the same ones, so there are no dead letters of them: they are skipped
     */
    public GlobalStores(
            Topology topology,
            @Nullable TimestampExtractor timestamps,
            LongSupplier wallClock,
            ErrorHandling handling) {
        Map<String, BytesStore> made = new HashMap<>();
        Set<String> read = new HashSet<>();
        for (GlobalStore store : topology.globalStores()) {
            made.put(store.store(), new MemoryBytesStore());
            read.add(store.topic());
        }
        bytes = Map.copyOf(made);
        topics = Set.copyOf(read);
        run = new TopologyRun(
                topology,
                topology.globalNodes(),
                this::bytes,
                new NoOutput(),
                timestamps,
                wallClock,
                withoutDeadLetters(handling));
    }

    private static ErrorHandling withoutDeadLetters(ErrorHandling handling) {
        return handling.withDeserialization((context, record, exception) ->
                        skipped(handling.deserialization().handle(context, record, exception)))
                .withProcessing((context, record, exception) ->
                        skipped(handling.processing().handle(context, record, exception)));
    }

    private static ErrorDecision skipped(ErrorDecision decision) {
        return decision instanceof ErrorDecision.DeadLetter ? ErrorDecision.skip() : decision;
    }

    private BytesStore bytes(String store) {
        BytesStore found = bytes.get(store);
        if (found == null) {
            throw new IllegalStateException(
                    "What fills a global store cannot reach store " + store + ", which belongs to tasks.");
        }
        return found;
    }

    /** The topics whose records it takes, all of them from their beginning. */
    public Set<String> topics() {
        return topics;
    }

    /**
     * Takes a record of one of its topics.
     *
     * @throws TailraceException SERIALIZATION_FAILED, PROCESSING_FAILED: naming the record; nothing more may be given to it then
     */
    public void process(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        run.process(record);
    }

    /** Where the stores of a task are that may look into these: its own are where it says, these cannot be changed by it. */
    public StoreHost beside(StoreHost task) {
        return store -> {
            BytesStore global = bytes.get(store);
            return global == null ? task.bytes(store) : new LookedUp(store, global);
        };
    }

    /**
     * The store of that name, to be read from any thread.
     *
     * @throws IllegalArgumentException if there is none
     */
    public StateStore store(String name) {
        return run.store(name);
    }

    /** Whether there is a store of that name. */
    public boolean hasStore(String name) {
        return bytes.containsKey(name);
    }

    /** How many records the stores had no use for, by reason. */
    public Map<DropReason, Long> dropped() {
        return run.dropped();
    }

    @Override
    public void close() {
        run.close();
        bytes.values().forEach(BytesStore::close);
    }

    /** Nothing is behind what fills a global store. */
    private static final class NoOutput implements RunOutput {
        @Override
        public void send(
                String topic,
                @Nullable IntUnaryOperator partition,
                byte @Nullable [] key,
                byte @Nullable [] value,
                long timestamp,
                Headers headers) {
            throw new IllegalStateException("A global store has no sinks, so nothing goes to topic " + topic + ".");
        }
    }

    /** As a task sees it. */
    private static final class LookedUp implements BytesStore {
        private final String name;
        private final BytesStore global;

        LookedUp(String name, BytesStore global) {
            this.name = name;
            this.global = global;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return global.get(key);
        }

        @Override
        public Entries<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to) {
            return global.range(from, to);
        }

        @Override
        public Entries<byte[], byte[]> reverseRange(byte @Nullable [] from, byte @Nullable [] to) {
            return global.reverseRange(from, to);
        }

        @Override
        public void put(byte[] key, byte @Nullable [] value) {
            throw new IllegalStateException(
                    "Global store " + name + " is changed by its topic alone: send the change there.");
        }

        @Override
        public void close() {
            // It is not the task's.
        }
    }
}
