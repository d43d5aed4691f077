package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.topology.FixedKeyProcessorSupplier;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.SinkPartitioner;
import io.tailrace.streams.topology.SinkTopic;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stream of events, each of which stands for itself. Its operators are those of Kafka Streams' {@code KStream}; what they return is another stream,
 * this one stays as it is. Functions that are given are called by one thread at a time per task, and must not block. Keys and values may be
 * {@code null} wherever the topics' may be.
 */
public final class EventStream<K, V> {
    private final Graph graph;
    private final String node;
    private final @Nullable Serde<K> keySerde;
    private final @Nullable Serde<V> valueSerde;
    /** Whether records may lie in other partitions than their keys say. */
    private final boolean rekeyed;

    EventStream(Graph graph, String node, @Nullable Serde<K> keySerde, @Nullable Serde<V> valueSerde, boolean rekeyed) {
        this.graph = graph;
        this.node = node;
        this.keySerde = keySerde;
        this.valueSerde = valueSerde;
        this.rekeyed = rekeyed;
    }

    String node() {
        return node;
    }

    // --- one record at a time --------------------------------------------------------------------------------------

    /** The records for which the predicate holds. */
    public EventStream<K, V> filter(BiPredicate<? super K, ? super V> predicate) {
        return filter(predicate, null);
    }

    /** The same under a name. */
    public EventStream<K, V> filter(BiPredicate<? super K, ? super V> predicate, @Nullable Named named) {
        return same("filter", named, StreamOperators.filter(predicate));
    }

    /** The records for which the predicate does not hold. */
    public EventStream<K, V> filterNot(BiPredicate<? super K, ? super V> predicate) {
        return filterNot(predicate, null);
    }

    /** The same under a name. */
    public EventStream<K, V> filterNot(BiPredicate<? super K, ? super V> predicate, @Nullable Named named) {
        return same("filter-not", named, StreamOperators.filter((K key, V value) -> !predicate.test(key, value)));
    }

    /** The same values under other keys. What goes by key afterwards sends them through a topic first. */
    public <K1> EventStream<K1, V> selectKey(BiFunction<? super K, ? super V, ? extends K1> mapper) {
        return selectKey(mapper, null);
    }

    /** The same under a name. */
    public <K1> EventStream<K1, V> selectKey(
            BiFunction<? super K, ? super V, ? extends K1> mapper, @Nullable Named named) {
        ProcessorSupplier<K, V, K1, V> keys = StreamOperators.selectKey(mapper);
        return new EventStream<>(graph, add("select-key", named, keys), null, valueSerde, true);
    }

    /** A record of another key and value for each. */
    public <K1, V1> EventStream<K1, V1> map(
            BiFunction<? super K, ? super V, ? extends KeyValue<? extends K1, ? extends V1>> mapper) {
        return map(mapper, null);
    }

    /** The same under a name. */
    public <K1, V1> EventStream<K1, V1> map(
            BiFunction<? super K, ? super V, ? extends KeyValue<? extends K1, ? extends V1>> mapper,
            @Nullable Named named) {
        ProcessorSupplier<K, V, K1, V1> pairs = StreamOperators.map(mapper);
        return new EventStream<>(graph, add("map", named, pairs), null, null, true);
    }

    /** Another value for each. */
    public <V1> EventStream<K, V1> mapValues(Function<? super V, ? extends V1> mapper) {
        return mapValues((key, value) -> mapper.apply(value), null);
    }

    /** The same under a name. */
    public <V1> EventStream<K, V1> mapValues(Function<? super V, ? extends V1> mapper, @Nullable Named named) {
        return mapValues((key, value) -> mapper.apply(value), named);
    }

    /** Another value for each, by key and value. */
    public <V1> EventStream<K, V1> mapValues(BiFunction<? super K, ? super V, ? extends V1> mapper) {
        return mapValues(mapper, null);
    }

    /** The same under a name. */
    public <V1> EventStream<K, V1> mapValues(
            BiFunction<? super K, ? super V, ? extends V1> mapper, @Nullable Named named) {
        ProcessorSupplier<K, V, K, V1> values = StreamOperators.mapValues(mapper);
        return new EventStream<>(graph, add("map-values", named, values), keySerde, null, rekeyed);
    }

    /** Any number of records for each. */
    public <K1, V1> EventStream<K1, V1> flatMap(
            BiFunction<? super K, ? super V, ? extends Iterable<? extends KeyValue<? extends K1, ? extends V1>>>
                    mapper) {
        return flatMap(mapper, null);
    }

    /** The same under a name. */
    public <K1, V1> EventStream<K1, V1> flatMap(
            BiFunction<? super K, ? super V, ? extends Iterable<? extends KeyValue<? extends K1, ? extends V1>>> mapper,
            @Nullable Named named) {
        ProcessorSupplier<K, V, K1, V1> pairs = StreamOperators.flatMap(mapper);
        return new EventStream<>(graph, add("flat-map", named, pairs), null, null, true);
    }

    /** Any number of values for each. */
    public <V1> EventStream<K, V1> flatMapValues(Function<? super V, ? extends Iterable<? extends V1>> mapper) {
        return flatMapValues((key, value) -> mapper.apply(value), null);
    }

    /** Any number of values for each, by key and value. */
    public <V1> EventStream<K, V1> flatMapValues(
            BiFunction<? super K, ? super V, ? extends Iterable<? extends V1>> mapper) {
        return flatMapValues(mapper, null);
    }

    /** The same under a name. */
    public <V1> EventStream<K, V1> flatMapValues(
            BiFunction<? super K, ? super V, ? extends Iterable<? extends V1>> mapper, @Nullable Named named) {
        ProcessorSupplier<K, V, K, V1> values = StreamOperators.flatMapValues(mapper);
        return new EventStream<>(graph, add("flat-map-values", named, values), keySerde, null, rekeyed);
    }

    /** Looks at each record on its way. */
    public EventStream<K, V> peek(BiConsumer<? super K, ? super V> action) {
        return peek(action, null);
    }

    /** The same under a name. */
    public EventStream<K, V> peek(BiConsumer<? super K, ? super V> action, @Nullable Named named) {
        return same("peek", named, StreamOperators.peek(action));
    }

    /** Ends in something that is done with each record: at least once, and again after a crash. */
    public void foreach(BiConsumer<? super K, ? super V> action) {
        foreach(action, null);
    }

    /** The same under a name. */
    public void foreach(BiConsumer<? super K, ? super V> action, @Nullable Named named) {
        add("foreach", named, StreamOperators.foreach(action));
    }

    // --- several streams -------------------------------------------------------------------------------------------

    /** The records of both, in no order between them. */
    public EventStream<K, V> merge(EventStream<K, V> other) {
        return merge(other, null);
    }

    /** The same under a name. */
    public EventStream<K, V> merge(EventStream<K, V> other, @Nullable Named named) {
        String name = graph.process(graph.name("merge", named), StreamOperators.merge(), node, other.node);
        return new EventStream<>(graph, name, keySerde, valueSerde, rekeyed || other.rekeyed);
    }

    /** Each record into the first branch whose predicate holds. */
    public Split<K, V> split() {
        return split(null);
    }

    /** The same, whose branches' names begin with that one. */
    public Split<K, V> split(@Nullable Named named) {
        return new Split<>(graph, this, graph.name("split", named));
    }

    // --- by key ----------------------------------------------------------------------------------------------------

    /** The records brought together by the keys they have. */
    public GroupedStream<K, V> groupByKey() {
        return groupByKey(new Grouped<>(null, null, null));
    }

    /** The same with serdes or a name for what is in between. */
    public GroupedStream<K, V> groupByKey(Grouped<K, V> grouped) {
        return new GroupedStream<>(
                graph,
                node,
                grouped.name(),
                grouped.keySerde() == null ? keySerde : grouped.keySerde(),
                grouped.valueSerde() == null ? valueSerde : grouped.valueSerde(),
                rekeyed);
    }

    /** The records brought together by other keys; those whose new key is {@code null} are dropped. */
    public <K1> GroupedStream<K1, V> groupBy(
            BiFunction<? super K, ? super V, ? extends K1> mapper, Grouped<K1, V> grouped) {
        EventStream<K1, V> other = selectKey(mapper);
        return other.groupByKey(grouped);
    }

    /** The last value of each key. */
    public EventTable<K, V> toTable() {
        return toTable(new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried. */
    public EventTable<K, V> toTable(Materialized<K, V> materialized) {
        Materialized<K, V> kept = new Materialized<>(
                materialized.name(),
                materialized.keySerde() == null ? keySerde : materialized.keySerde(),
                materialized.valueSerde() == null ? valueSerde : materialized.valueSerde());
        String name = graph.name("to-table");
        String from = node;
        if (rekeyed) {
            String topic = (kept.name() == null ? name : kept.name()) + "-repartition";
            from = throughKeyed(topic, kept.keySerde(), kept.valueSerde());
        }
        return TableSource.add(graph, name, from, kept);
    }

    /** The same records through a topic of the application's own, to the partitions of their keys. Those without a key are dropped. */
    public EventStream<K, V> repartition() {
        return repartition(new Repartitioned<>(null, null, null, null, null));
    }

    /** The same through a topic as one wants it. */
    public EventStream<K, V> repartition(Repartitioned<K, V> how) {
        String topic = (how.name() == null ? graph.name("repartition") : how.name()) + "-repartition";
        Serde<K> keys = Graph.known(how.keySerde(), keySerde, "the keys of " + topic);
        Serde<V> values = Graph.known(how.valueSerde(), valueSerde, "the values of " + topic);
        String withKey = graph.process(topic + "-filter", StreamOperators.<K, V>withKey(), node);
        String read =
                graph.through(topic, how.partitions(), Graph.partitioner(how.partitioner()), keys, values, withKey);
        return new EventStream<>(graph, read, keys, values, false);
    }

    private String throughKeyed(String topic, @Nullable Serde<K> keys, @Nullable Serde<V> values) {
        return graph.through(
                topic,
                null,
                null,
                Graph.known(keys, keySerde, "the keys of " + topic),
                Graph.known(values, valueSerde, "the values of " + topic),
                node);
    }

    // --- out -------------------------------------------------------------------------------------------------------

    /** Ends in a topic. */
    public void to(String topic, Produced<K, V> produced) {
        to(record -> topic, topic, produced);
    }

    /** Ends in a topic, with the serdes with which it was read. */
    public void to(String topic) {
        to(topic, new Produced<>(null, null, null, null));
    }

    /** Ends in the topics that the function chooses, which have to exist. */
    public void to(SinkTopic<K, V> topic, Produced<K, V> produced) {
        to(topic, null, produced);
    }

    private void to(SinkTopic<K, V> topic, @Nullable String fixed, Produced<K, V> produced) {
        String what = fixed == null ? "a topic chosen by record" : fixed;
        Serde<K> keys = Graph.known(produced.keySerde(), keySerde, "the keys of " + what);
        SinkPartitioner<K, V> chosen = Graph.partitioner(produced.partitioner());
        graph.topology()
                .addSink(
                        produced.name() == null ? graph.name("sink") : produced.name(),
                        topic,
                        fixed,
                        keys,
                        Graph.known(produced.valueSerde(), valueSerde, "the values of " + what),
                        chosen == null ? WindowedKeySerde.partitioner(keys) : chosen,
                        List.of(node));
    }

    /** A processor of one's own behind this stream, which may reach those stores; they have to be added to the builder before. */
    public <K1, V1> EventStream<K1, V1> process(ProcessorSupplier<K, V, K1, V1> supplier, String... stores) {
        return process(supplier, null, stores);
    }

    /** The same under a name. */
    public <K1, V1> EventStream<K1, V1> process(
            ProcessorSupplier<K, V, K1, V1> supplier, @Nullable Named named, String... stores) {
        String name = add("process", named, supplier);
        graph.topology().connect(name, stores);
        return new EventStream<>(graph, name, null, null, true);
    }

    /** A processor of one's own that keeps the keys, so that what goes by key afterwards does not send records through a topic. It may reach those stores. */
    public <V1> EventStream<K, V1> processValues(FixedKeyProcessorSupplier<K, V, V1> supplier, String... stores) {
        return processValues(supplier, null, stores);
    }

    /** The same under a name. */
    public <V1> EventStream<K, V1> processValues(
            FixedKeyProcessorSupplier<K, V, V1> supplier, @Nullable Named named, String... stores) {
        String name = add("process-values", named, supplier.toProcessorSupplier());
        graph.topology().connect(name, stores);
        return new EventStream<>(graph, name, keySerde, null, rekeyed);
    }

    /** Ends in lines of text, one for each record, for people who look for something. */
    public void print(Printed<K, V> printed) {
        String given = printed.name();
        String name = given == null ? graph.name("print") : given;
        graph.process(name, printed.toProcessorSupplier(name), node);
    }

    private EventStream<K, V> same(String kind, @Nullable Named named, ProcessorSupplier<K, V, K, V> supplier) {
        return new EventStream<>(graph, add(kind, named, supplier), keySerde, valueSerde, rekeyed);
    }

    EventStream<K, V> behind(String name, ProcessorSupplier<K, V, K, V> supplier, String parent) {
        return new EventStream<>(graph, graph.process(name, supplier, parent), keySerde, valueSerde, rekeyed);
    }

    private String add(String kind, @Nullable Named named, ProcessorSupplier<?, ?, ?, ?> supplier) {
        return graph.process(graph.name(kind, named), supplier, node);
    }
}
