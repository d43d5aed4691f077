package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.Partitioner;
import io.tailrace.streams.Serde;
import io.tailrace.streams.Serializer;
import io.tailrace.streams.query.PagedBytes;
import io.tailrace.streams.query.QueryableStoreType;
import io.tailrace.streams.state.KeyValueStore;
import io.tailrace.streams.state.MemoryBytesStore;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.state.StoreBuilder;
import io.tailrace.streams.state.TimestampedKeyValueStore;
import io.tailrace.streams.topology.SubTopology;
import io.tailrace.streams.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * The stores of an application that runs somewhere in the cluster, to be looked at from any of its nodes: who has the task that a key belongs to is found, and asked.
 *
 * <pre>{@code
 * StreamStores stores = StreamStores.of(tailrace, "word-count", topology);
 * CompletionStage<Long> count = stores.query(
 *         "counts", QueryableStoreTypes.<String, Long>keyValueStore(), "hello", Serdes.strings(), store -> store.get("hello"));
 * }</pre>
 *
 * <p>What is seen is committed. A task that has just moved may be looked at where it was, for a moment, as it was left there. What is entered while a range is read may be seen or not. Values
 * have at most 1.5 MiB. Safe for use by many threads.
 */
public final class StreamStores {
    private final Tailrace tailrace;
    private final String application;
    private final Topology topology;
    private final StoreRouter router;

    private StreamStores(Tailrace tailrace, String application, Topology topology) {
        this.tailrace = tailrace;
        this.application = application;
        this.topology = topology;
        this.router = new StoreRouter(tailrace, application);
    }

    /**
     * Those of an application.
     *
     * @param application its name; it need not run in this process
     * @param topology that it runs: what its stores are
     */
    public static StreamStores of(Tailrace tailrace, String application, Topology topology) {
        return new StreamStores(tailrace, application, topology);
    }

    /**
     * Looks at that part of a store in which a key is. Fails with what the function throws, with NOT_READY if nobody has had the task for ten seconds, UNKNOWN_TOPIC if the application has never
     * run, LIMIT_EXCEEDED, CORRUPT_STATE, IO_FAILED.
     *
     * @param key of the records from which the store is made, which decides by the default partitioner; of a windowed store without the window
     * @param look may block; called on a thread for that. Entries that it opens are to be closed in it
     * @throws TailraceException INVALID_ARGUMENT: the topology has no such store
     */
    public <S, K, R extends @Nullable Object> CompletionStage<R> query(
            String store, QueryableStoreType<S> type, K key, Serializer<K> serializer, Function<S, R> look) {
        SubTopology part = part(store);
        byte[] bytes = serializer.serialize(store, key);
        return tasks(part)
                .thenApplyAsync(
                        count -> look.apply(view(
                                store,
                                type,
                                new TaskId(part.number(), Partitioner.DEFAULT.partition(store, bytes, count)))),
                        blocking());
    }

    /**
     * Looks at each part of a store, one after the other; otherwise as {@link #query}.
     *
     * @return what the function has returned, by the number of the task
     * @throws TailraceException INVALID_ARGUMENT: the topology has no such store
     */
    public <S, R extends @Nullable Object> CompletionStage<List<R>> queryEach(
            String store, QueryableStoreType<S> type, Function<S, R> look) {
        SubTopology part = part(store);
        return tasks(part)
                .thenApplyAsync(
                        count -> {
                            List<R> results = new ArrayList<>();
                            for (int number = 0; number < count; number++) {
                                results.add(look.apply(view(store, type, new TaskId(part.number(), number))));
                            }
                            return results;
                        },
                        blocking());
    }

    /**
     * The values of a key-value store and, without end, what becomes of them: nothing between the two is missing, and nothing comes twice. Changes of a key come in their order; before the last value of
     * a key there may be earlier ones. Materialises when it is known where to read; a stream that cannot begin fails as {@link #query} does. The application need not run.
     *
     * @throws TailraceException INVALID_ARGUMENT: the topology has no such store, or it is none of keys and values
     */
    public <K, V> Source<StoreChange<K, V>, CompletionStage<Consumer.Control>> changes(
            String store, Serde<K> keys, Serde<V> values) {
        SubTopology part = part(store);
        StateStore kind = builder(store).build(name -> new MemoryBytesStore());
        if (!(kind instanceof KeyValueStore<?, ?>)) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Store " + store + " is no key-value store: only the changes of such can be read.");
        }
        StoreChanges<K, V> changes =
                new StoreChanges<>(store, kind instanceof TimestampedKeyValueStore<?, ?>, keys, values);
        String log = new InternalNames(application).taskLog(part.number());
        return Source.completionStageSource(tasks(part).thenApply(count -> changes.source(tailrace, log, count)));
    }

    private <S> S view(String store, QueryableStoreType<S> type, TaskId task) {
        return type.view(builder(store), new PagedBytes(router.owner(task, store)));
    }

    private StoreBuilder<?> builder(String store) {
        StoreBuilder<?> builder = topology.store(store);
        if (builder == null) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The topology has no store " + store + ": name one of those that it describes.");
        }
        return builder;
    }

    private SubTopology part(String store) {
        builder(store);
        return topology.subTopologies().stream()
                .filter(part -> part.stores().contains(store))
                .findFirst()
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.INVALID_ARGUMENT, "No processor of the topology uses store " + store + "."));
    }

    private CompletionStage<Integer> tasks(SubTopology part) {
        return tailrace.topics()
                .describe(new InternalNames(application).taskLog(part.number()))
                .thenApply(Topic::partitions);
    }

    private Executor blocking() {
        return tailrace.system().dispatchers().lookup(DispatcherSelector.blocking());
    }
}
