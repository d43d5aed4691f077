package io.tailrace.streams.dsl;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Serde;
import io.tailrace.streams.state.StoreBuilder;
import io.tailrace.streams.state.StoreHost;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a table's changes back. Who looks a key up that has one in the buffer finds what the key was before; what goes on says so as well.
 */
final class TableSuppression<K, V> implements ProcessorSupplier<K, Change<V>, K, Change<V>>, TableOperator<K, V> {
    private final String node;
    private final String store;
    private final TableOperator<K, V> parent;
    private final BufferConfig config;
    private final long waitMillis;
    private final boolean untilWindowCloses;
    private final Serde<K> keys;
    private final Serde<V> values;

    private TableSuppression(
            String node, TableOperator<K, V> parent, Suppressed<? super K> suppressed, Serde<K> keys, Serde<V> values) {
        this.node = node;
        this.store = node + "-store";
        this.parent = parent;
        this.config = suppressed.buffer();
        Duration limit = suppressed.timeLimit();
        this.untilWindowCloses = limit == null;
        this.waitMillis = limit == null ? closing(parent) : limit.toMillis();
        this.keys = keys;
        this.values = values;
        parent.sendOldValues(true);
    }

    static <K, V> EventTable<K, V> add(
            Graph graph,
            String parentNode,
            TableOperator<K, V> parent,
            Suppressed<? super K> suppressed,
            @Nullable Serde<K> keySerde,
            @Nullable Serde<V> valueSerde) {
        String given = suppressed.name();
        String node = given == null ? graph.name("suppress") : given;
        Serde<K> keys = Graph.known(keySerde, null, "the keys of " + node);
        Serde<V> values = Graph.known(valueSerde, null, "the values of " + node);
        TableSuppression<K, V> suppression = new TableSuppression<>(node, parent, suppressed, keys, values);
        graph.process(node, suppression, parentNode);
        graph.store(buffer(suppression.store), node);
        return new EventTable<>(graph, node, suppression, keys, values, null);
    }

    private static StoreBuilder<ChangeBuffer> buffer(String name) {
        return new StoreBuilder<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public ChangeBuffer build(StoreHost host) {
                return new ChangeBuffer(name, host.bytes(name));
            }
        };
    }

    private static long closing(TableOperator<?, ?> parent) {
        return parent.openMillis()
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.INVALID_TOPOLOGY,
                        "Only windows close, and this table has none that do: suppress it until a time limit, or right"
                                + " behind a windowed aggregate."));
    }

    @Override
    public boolean sendOldValues(boolean force) {
        return true;
    }

    @Override
    public OptionalLong openMillis() {
        return parent.openMillis();
    }

    @Override
    public TableLookup<K, V> lookup() {
        TableLookup<K, V> before = parent.lookup();
        List<String> stores = new ArrayList<>(before.stores());
        stores.add(store);
        return new TableLookup<>(List.copyOf(stores), context -> {
            TableLookup.Getter<K, V> found = before.opening().open(context);
            ChangeBuffer buffer = context.store(store);
            return key -> {
                BufferedChange kept = buffer.get(keys.serialize(store, key));
                return kept == null ? found.get(key) : ValueAndTimestamp.of(value(kept.before()), -1);
            };
        });
    }

    private @Nullable V value(byte @Nullable [] bytes) {
        return bytes == null ? null : values.deserialize(store, ByteBuffer.wrap(bytes));
    }

    @Override
    public Processor<K, Change<V>, K, Change<V>> get() {
        return new Suppressing();
    }

    private final class Suppressing implements Processor<K, Change<V>, K, Change<V>> {
        private @Nullable ProcessorContext<K, Change<V>> context;
        private @Nullable ChangeBuffer buffer;

        @Override
        public void init(ProcessorContext<K, Change<V>> given) {
            context = given;
            buffer = given.store(store);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init.
        public void process(StreamRecord<K, Change<V>> record) {
            long expiry = buffer.advance(record.timestamp()) - waitMillis;
            keep(record);
            while (buffer.earliest() <= expiry) {
                emitFirst();
            }
            while (buffer.count() > config.maxRecords() || buffer.size() > config.maxBytes()) {
                if (config instanceof StrictBufferConfig) {
                    throw full();
                }
                emitFirst();
            }
            buffer.save();
        }

        @SuppressWarnings("NullAway") // A table's records have keys and changes.
        private void keep(StreamRecord<K, Change<V>> record) {
            Change<V> change = record.value();
            // A serde may use the same array again.
            byte[] key = keys.serialize(store, record.key()).clone();
            byte[] before = change.oldValue() == null
                    ? null
                    : values.serialize(store, change.oldValue()).clone();
            byte[] now = change.newValue() == null ? null : values.serialize(store, change.newValue());
            long time =
                    untilWindowCloses ? ((Windowed<?>) record.key()).window().end() : record.timestamp();
            buffer.put(time, key, new BufferedChange(record.timestamp(), record.headers(), before, now));
        }

        @SuppressWarnings("NullAway") // As above, and there is a first one.
        private void emitFirst() {
            ChangeBuffer.Place first = buffer.first();
            BufferedChange kept = buffer.get(first);
            // Of a window that comes to nothing before it closes nobody has ever heard.
            if (kept.now() != null || !untilWindowCloses) {
                Change<V> change = new Change<>(value(kept.now()), value(kept.before()));
                K key = keys.deserialize(store, ByteBuffer.wrap(first.key()));
                context.forward(new StreamRecord<>(key, change, kept.timestamp(), kept.headers()));
            }
            buffer.remove(first);
        }

        @SuppressWarnings("NullAway") // As above.
        private TailraceException full() {
            return new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "The buffer of " + node + " is full, with " + buffer.count() + " changes of "
                            + config.maxRecords() + " and " + buffer.size() + " bytes of " + config.maxBytes()
                            + ": give it more room, or let it emit early.");
        }
    }
}
