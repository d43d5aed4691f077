package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.Stores;
import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import org.jspecify.annotations.Nullable;

/** Takes records as changes of a table. It keeps the table only if somebody asks for old values, looks values up, or wants to query it. */
final class TableSource<K, V> implements ProcessorSupplier<K, V, K, Change<V>>, TableOperator<K, V> {
    private final String store;
    private boolean kept;
    private boolean sendOldValues;

    private TableSource(String store, boolean kept) {
        this.store = store;
        this.kept = kept;
    }

    static <K, V> EventTable<K, V> add(Graph graph, String kind, String parent, Materialized<K, V> materialized) {
        return addNamed(graph, graph.name(kind), parent, materialized);
    }

    static <K, V> EventTable<K, V> addNamed(
            Graph graph, String operator, String parent, Materialized<K, V> materialized) {
        String store = materialized.name() == null ? operator + "-store" : materialized.name();
        Serde<K> keys = materialized.keySerde();
        Serde<V> values = materialized.valueSerde();
        TableSource<K, V> source = new TableSource<>(store, materialized.name() != null);
        graph.process(operator, source, parent);
        graph.atLast(() -> {
            if (source.kept) {
                graph.store(
                        Stores.timestampedKeyValueStore(
                                store,
                                Graph.known(keys, null, "the keys of store " + store),
                                Graph.known(values, null, "the values of store " + store)),
                        operator);
            }
        });
        return new EventTable<>(graph, operator, source, keys, values, materialized.name());
    }

    /** What fills the store of a global table. */
    static <K, V> TableSource<K, V> global(String store) {
        return new TableSource<>(store, true);
    }

    @Override
    public boolean sendOldValues(boolean force) {
        if (!kept && !force) {
            return false;
        }
        kept = true;
        sendOldValues = true;
        return true;
    }

    @Override
    public TableLookup<K, V> lookup() {
        kept = true;
        return TableLookup.inStore(store);
    }

    @Override
    public Processor<K, V, K, Change<V>> get() {
        return new Reading();
    }

    private final class Reading implements Processor<K, V, K, Change<V>> {
        private @Nullable ProcessorContext<K, Change<V>> context;
        private @Nullable TimestampedKeyValueStore<K, V> values;

        @Override
        public void init(ProcessorContext<K, Change<V>> given) {
            context = given;
            values = kept ? given.store(store) : null;
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init.
        public void process(StreamRecord<K, V> record) {
            K key = record.key();
            if (key == null) {
                context.drop(record, DropReason.NULL_KEY);
                return;
            }
            V before = null;
            if (values != null) {
                before = sendOldValues ? ValueAndTimestamp.valueOf(values.get(key)) : null;
                values.put(key, ValueAndTimestamp.of(record.value(), record.timestamp()));
            }
            context.forward(record.withValue(new Change<>(record.value(), before)));
        }
    }
}
