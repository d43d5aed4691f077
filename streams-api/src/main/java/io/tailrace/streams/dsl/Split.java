package io.tailrace.streams.dsl;

import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is being divided: each record goes into the first branch whose predicate holds, and nowhere if none does. The names of branches begin with the name
 * of the split.
 */
public final class Split<K, V> {
    private final Graph graph;
    private final EventStream<K, V> stream;
    private final String name;
    private final List<BiPredicate<? super K, ? super V>> predicates = new ArrayList<>();
    private final List<String> nodes = new ArrayList<>();
    private final Map<String, EventStream<K, V>> branches = new LinkedHashMap<>();

    Split(Graph graph, EventStream<K, V> stream, String name) {
        this.graph = graph;
        this.stream = stream;
        this.name = name;
        ProcessorSupplier<K, V, K, V> routers = () -> new Router<K, V>(predicates, nodes);
        graph.process(name, routers, stream.node());
    }

    private static final class Router<K, V> implements Processor<K, V, K, V> {
        private final List<BiPredicate<? super K, ? super V>> predicates;
        private final List<String> nodes;
        private @Nullable ProcessorContext<K, V> context;

        Router(List<BiPredicate<? super K, ? super V>> predicates, List<String> nodes) {
            this.predicates = List.copyOf(predicates);
            this.nodes = List.copyOf(nodes);
        }

        @Override
        public void init(ProcessorContext<K, V> given) {
            context = given;
        }

        @Override
        @SuppressWarnings("NullAway") // Keys and values may be null wherever the topic's are.
        public void process(StreamRecord<K, V> record) {
            for (int i = 0; i < predicates.size(); i++) {
                if (predicates.get(i).test(record.key(), record.value())) {
                    context.forward(record, nodes.get(i));
                    return;
                }
            }
        }
    }

    /** One more branch, called by its number, from 1. */
    public Split<K, V> branch(BiPredicate<? super K, ? super V> predicate) {
        return branch(predicate, Named.as(Integer.toString(predicates.size() + 1)));
    }

    /** One more branch; its name comes behind the split's. */
    public Split<K, V> branch(BiPredicate<? super K, ? super V> predicate, Named branch) {
        String node = name + "-" + branch.name();
        EventStream<K, V> records = stream.behind(node, StreamOperators.merge(), name);
        predicates.add(predicate);
        nodes.add(node);
        branches.put(node, records);
        return this;
    }

    /** The branches by their names, and one more, called 0, of what went into no other. */
    public Map<String, EventStream<K, V>> defaultBranch() {
        return defaultBranch(Named.as("0"));
    }

    /** The same with another name for that. */
    public Map<String, EventStream<K, V>> defaultBranch(Named branch) {
        return branch((key, value) -> true, branch).noDefaultBranch();
    }

    /** The branches by their names; what went into none goes nowhere. */
    public Map<String, EventStream<K, V>> noDefaultBranch() {
        graph.topology();
        return branches;
    }
}
