package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.Stores;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A table that changes: the latest value of each key. Its operators are those of Kafka Streams' {@code KTable}; what they return is another table, this
 * one stays as it is. Every change goes on at once.
 */
public final class EventTable<K, V> {
    private final Graph graph;
    private final String node;
    private final TableOperator<K, V> operator;
    private final @Nullable Serde<K> keySerde;
    private final @Nullable Serde<V> valueSerde;
    private final @Nullable String queryableStore;

    EventTable(
            Graph graph,
            String node,
            TableOperator<K, V> operator,
            @Nullable Serde<K> keySerde,
            @Nullable Serde<V> valueSerde,
            @Nullable String queryableStore) {
        this.graph = graph;
        this.node = node;
        this.operator = operator;
        this.keySerde = keySerde;
        this.valueSerde = valueSerde;
        this.queryableStore = queryableStore;
    }

    Graph graph() {
        return graph;
    }

    String node() {
        return node;
    }

    TableOperator<K, V> operator() {
        return operator;
    }

    @Nullable
    Serde<K> keySerde() {
        return keySerde;
    }

    @Nullable
    Serde<V> valueSerde() {
        return valueSerde;
    }

    /** The store in which the table can be queried; {@code null} if it was given no name. */
    public @Nullable String queryableStoreName() {
        return queryableStore;
    }

    /** The entries for which the predicate holds. */
    public EventTable<K, V> filter(BiPredicate<? super K, ? super V> predicate) {
        return filter(predicate, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried if it has a name. */
    public EventTable<K, V> filter(BiPredicate<? super K, ? super V> predicate, Materialized<K, V> materialized) {
        return map("table-filter", (key, value) -> predicate.test(key, value) ? value : null, kept(materialized), true);
    }

    /** The entries for which the predicate does not hold. */
    public EventTable<K, V> filterNot(BiPredicate<? super K, ? super V> predicate) {
        return filter((key, value) -> !predicate.test(key, value));
    }

    /** The same, kept in a store that can be queried if it has a name. */
    public EventTable<K, V> filterNot(BiPredicate<? super K, ? super V> predicate, Materialized<K, V> materialized) {
        return filter((key, value) -> !predicate.test(key, value), materialized);
    }

    /** Another value for each; {@code null} takes the key out. */
    public <V1> EventTable<K, V1> mapValues(Function<? super V, ? extends V1> mapper) {
        return mapValues((key, value) -> mapper.apply(value), new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried if it has a name. */
    public <V1> EventTable<K, V1> mapValues(
            Function<? super V, ? extends V1> mapper, Materialized<K, V1> materialized) {
        return mapValues((key, value) -> mapper.apply(value), materialized);
    }

    /** Another value for each, by key and value. */
    public <V1> EventTable<K, V1> mapValues(BiFunction<? super K, ? super V, ? extends V1> mapper) {
        return mapValues(mapper, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried if it has a name. */
    public <V1> EventTable<K, V1> mapValues(
            BiFunction<? super K, ? super V, ? extends V1> mapper, Materialized<K, V1> materialized) {
        return map("table-map-values", mapper::apply, materialized, false);
    }

    private Materialized<K, V> kept(Materialized<K, V> given) {
        return given.valueSerde() == null && valueSerde != null ? given.withValueSerde(valueSerde) : given;
    }

    private <V1> EventTable<K, V1> map(
            String kind, BiFunction<K, V, @Nullable V1> mapper, Materialized<K, V1> materialized, boolean filters) {
        String name = graph.name(kind);
        String store = materialized.name();
        TableMapping<K, V, V1> mapping = new TableMapping<>(operator, mapper, store, filters);
        graph.process(name, mapping, node);
        Serde<K> keys = materialized.keySerde() == null ? keySerde : materialized.keySerde();
        if (store != null) {
            graph.store(
                    Stores.timestampedKeyValueStore(
                            store,
                            Graph.known(keys, null, "the keys of store " + store),
                            Graph.known(materialized.valueSerde(), null, "the values of store " + store)),
                    name);
        }
        return new EventTable<>(graph, name, mapping, keys, materialized.valueSerde(), store);
    }

    // --- with another table ----------------------------------------------------------------------------------------

    /** What the two tables make of the keys that both have. Their topics have to have the same number of partitions. */
    public <V1, R> EventTable<K, R> join(
            EventTable<K, V1> other, ValueJoiner<? super V, ? super V1, ? extends R> joiner) {
        return join(other, joiner, null, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried if it has a name. */
    public <V1, R> EventTable<K, R> join(
            EventTable<K, V1> other,
            ValueJoiner<? super V, ? super V1, ? extends R> joiner,
            Materialized<K, R> materialized) {
        return join(other, joiner, null, materialized);
    }

    /** The same under a name. */
    public <V1, R> EventTable<K, R> join(
            EventTable<K, V1> other,
            ValueJoiner<? super V, ? super V1, ? extends R> joiner,
            @Nullable Named named,
            Materialized<K, R> materialized) {
        return TableJoins.add(this, other, joiner, true, true, named, materialized);
    }

    /** What the two tables make of the keys that this one has; the joiner is given {@code null} for what the other one has not. */
    public <V1, R> EventTable<K, R> leftJoin(
            EventTable<K, V1> other, ValueJoiner<? super V, ? super V1, ? extends R> joiner) {
        return leftJoin(other, joiner, null, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried if it has a name. */
    public <V1, R> EventTable<K, R> leftJoin(
            EventTable<K, V1> other,
            ValueJoiner<? super V, ? super V1, ? extends R> joiner,
            Materialized<K, R> materialized) {
        return leftJoin(other, joiner, null, materialized);
    }

    /** The same under a name. */
    public <V1, R> EventTable<K, R> leftJoin(
            EventTable<K, V1> other,
            ValueJoiner<? super V, ? super V1, ? extends R> joiner,
            @Nullable Named named,
            Materialized<K, R> materialized) {
        return TableJoins.add(this, other, joiner, true, false, named, materialized);
    }

    /** What the two tables make of the keys that either has; the joiner is given {@code null} for what one of them has not. */
    public <V1, R> EventTable<K, R> outerJoin(
            EventTable<K, V1> other, ValueJoiner<? super V, ? super V1, ? extends R> joiner) {
        return outerJoin(other, joiner, null, new Materialized<>(null, null, null));
    }

    /** The same, kept in a store that can be queried if it has a name. */
    public <V1, R> EventTable<K, R> outerJoin(
            EventTable<K, V1> other,
            ValueJoiner<? super V, ? super V1, ? extends R> joiner,
            Materialized<K, R> materialized) {
        return outerJoin(other, joiner, null, materialized);
    }

    /** The same under a name. */
    public <V1, R> EventTable<K, R> outerJoin(
            EventTable<K, V1> other,
            ValueJoiner<? super V, ? super V1, ? extends R> joiner,
            @Nullable Named named,
            Materialized<K, R> materialized) {
        return TableJoins.add(this, other, joiner, false, false, named, materialized);
    }

    // --- with a table of other keys --------------------------------------------------------------------------------

    /**
     * What the values of this table make with those of the other one whose keys they name. It changes with either. The tables need not have the same number of partitions.
     *
     * @param foreignKeyExtractor tells the other table's key by this table's value; {@code null}: there is none
     */
    public <KO, VO, R> EventTable<K, R> join(
            EventTable<KO, VO> other,
            Function<? super V, ? extends KO> foreignKeyExtractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner) {
        return join(other, (key, value) -> foreignKeyExtractor.apply(value), joiner);
    }

    /** The same with a foreign key that is told by key and value. */
    public <KO, VO, R> EventTable<K, R> join(
            EventTable<KO, VO> other,
            BiFunction<? super K, ? super V, ? extends KO> foreignKeyExtractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner) {
        TableJoined<K, KO> joined = new TableJoined<>(null, null, null);
        return join(other, foreignKeyExtractor, joiner, joined, new Materialized<>(null, null, null));
    }

    /** The same with a name or partitioners for what is in between, kept in a store that can be queried if it has a name. */
    public <KO, VO, R> EventTable<K, R> join(
            EventTable<KO, VO> other,
            Function<? super V, ? extends KO> foreignKeyExtractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner,
            TableJoined<K, KO> joined,
            Materialized<K, R> materialized) {
        return join(other, (key, value) -> foreignKeyExtractor.apply(value), joiner, joined, materialized);
    }

    /** The same with a foreign key that is told by key and value. */
    public <KO, VO, R> EventTable<K, R> join(
            EventTable<KO, VO> other,
            BiFunction<? super K, ? super V, ? extends KO> foreignKeyExtractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner,
            TableJoined<K, KO> joined,
            Materialized<K, R> materialized) {
        return ForeignKeyJoins.add(this, other, foreignKeyExtractor, joiner, joined, materialized, false);
    }

    /**
     * The same, but there is a result as well where the other table has nothing, or no key is named: there the joiner is given {@code null}.
     *
     * @param foreignKeyExtractor tells the other table's key by this table's value; {@code null}: there is none
     */
    public <KO, VO, R> EventTable<K, R> leftJoin(
            EventTable<KO, VO> other,
            Function<? super V, ? extends KO> foreignKeyExtractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner) {
        return leftJoin(other, (key, value) -> foreignKeyExtractor.apply(value), joiner);
    }

    /** The same with a foreign key that is told by key and value. */
    public <KO, VO, R> EventTable<K, R> leftJoin(
            EventTable<KO, VO> other,
            BiFunction<? super K, ? super V, ? extends KO> foreignKeyExtractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner) {
        TableJoined<K, KO> joined = new TableJoined<>(null, null, null);
        return leftJoin(other, foreignKeyExtractor, joiner, joined, new Materialized<>(null, null, null));
    }

    /** The same with a name or partitioners for what is in between, kept in a store that can be queried if it has a name. */
    public <KO, VO, R> EventTable<K, R> leftJoin(
            EventTable<KO, VO> other,
            Function<? super V, ? extends KO> foreignKeyExtractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner,
            TableJoined<K, KO> joined,
            Materialized<K, R> materialized) {
        return leftJoin(other, (key, value) -> foreignKeyExtractor.apply(value), joiner, joined, materialized);
    }

    /** The same with a foreign key that is told by key and value. */
    public <KO, VO, R> EventTable<K, R> leftJoin(
            EventTable<KO, VO> other,
            BiFunction<? super K, ? super V, ? extends KO> foreignKeyExtractor,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner,
            TableJoined<K, KO> joined,
            Materialized<K, R> materialized) {
        return ForeignKeyJoins.add(this, other, foreignKeyExtractor, joiner, joined, materialized, true);
    }

    // --- as a stream -----------------------------------------------------------------------------------------------

    /** Every change as an event; a key that goes gives one without a value. */
    public EventStream<K, V> toStream() {
        return toStream((Named) null);
    }

    /** The same under a name. */
    public EventStream<K, V> toStream(@Nullable Named named) {
        String name = graph.process(graph.name("to-stream", named), StreamOperators.<K, V>newValues(), node);
        return new EventStream<>(graph, name, keySerde, valueSerde, false);
    }

    /** Every change as an event under another key. */
    public <K1> EventStream<K1, V> toStream(BiFunction<? super K, ? super V, ? extends K1> mapper) {
        return toStream().selectKey(mapper);
    }

    /** The entries brought together by other keys. What an entry was is taken out where it was. */
    public <K1, V1> GroupedTable<K1, V1> groupBy(
            BiFunction<? super K, ? super V, KeyValue<K1, V1>> mapper, Grouped<K1, V1> grouped) {
        operator.sendOldValues(true);
        String name = graph.process(graph.name("table-group-by"), new TableRegrouping<>(mapper), node);
        return new GroupedTable<>(graph, name, grouped);
    }
}
