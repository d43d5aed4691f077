package io.tailrace.streams.dsl;

import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The processors of operators that remember nothing. */
final class StreamOperators {
    private StreamOperators() {}

    /** One that does something with a record and what is behind it. */
    @FunctionalInterface
    private interface Step<KIn, VIn, KOut, VOut> {
        void take(StreamRecord<KIn, VIn> record, ProcessorContext<KOut, VOut> context);
    }

    private static final class Stateless<KIn, VIn, KOut, VOut> implements Processor<KIn, VIn, KOut, VOut> {
        private final Step<KIn, VIn, KOut, VOut> step;
        private @Nullable ProcessorContext<KOut, VOut> context;

        Stateless(Step<KIn, VIn, KOut, VOut> step) {
            this.step = step;
        }

        @Override
        public void init(ProcessorContext<KOut, VOut> given) {
            context = given;
        }

        @Override
        public void process(StreamRecord<KIn, VIn> record) {
            ProcessorContext<KOut, VOut> to = context;
            if (to != null) {
                step.take(record, to);
            }
        }
    }

    private static <KIn, VIn, KOut, VOut> ProcessorSupplier<KIn, VIn, KOut, VOut> of(Step<KIn, VIn, KOut, VOut> step) {
        return () -> new Stateless<>(step);
    }

    static <K, V> ProcessorSupplier<K, V, K, V> filter(BiPredicate<? super K, ? super V> predicate) {
        return of((record, context) -> {
            if (predicate.test(record.key(), record.value())) {
                context.forward(record);
            }
        });
    }

    /** What has no key has no partition to go to. */
    static <K, V> ProcessorSupplier<K, V, K, V> withKey() {
        return of((record, context) -> {
            if (record.key() == null) {
                context.drop(record, DropReason.NULL_KEY);
            } else {
                context.forward(record);
            }
        });
    }

    static <K, V, K1> ProcessorSupplier<K, V, K1, V> selectKey(BiFunction<? super K, ? super V, ? extends K1> mapper) {
        return of((record, context) -> context.forward(record.withKey(mapper.apply(record.key(), record.value()))));
    }

    static <K, V, K1, V1> ProcessorSupplier<K, V, K1, V1> map(
            BiFunction<? super K, ? super V, ? extends KeyValue<? extends K1, ? extends V1>> mapper) {
        return of((record, context) -> {
            KeyValue<? extends K1, ? extends V1> mapped = mapper.apply(record.key(), record.value());
            context.forward(record.with(mapped.key(), mapped.value()));
        });
    }

    static <K, V, V1> ProcessorSupplier<K, V, K, V1> mapValues(BiFunction<? super K, ? super V, ? extends V1> mapper) {
        return of((record, context) -> context.forward(record.withValue(mapper.apply(record.key(), record.value()))));
    }

    static <K, V, K1, V1> ProcessorSupplier<K, V, K1, V1> flatMap(
            BiFunction<? super K, ? super V, ? extends Iterable<? extends KeyValue<? extends K1, ? extends V1>>>
                    mapper) {
        return of((record, context) -> mapper.apply(record.key(), record.value())
                .forEach(mapped -> context.forward(record.with(mapped.key(), mapped.value()))));
    }

    static <K, V, V1> ProcessorSupplier<K, V, K, V1> flatMapValues(
            BiFunction<? super K, ? super V, ? extends Iterable<? extends V1>> mapper) {
        return of((record, context) ->
                mapper.apply(record.key(), record.value()).forEach(value -> context.forward(record.withValue(value))));
    }

    static <K, V> ProcessorSupplier<K, V, K, V> peek(BiConsumer<? super K, ? super V> action) {
        return of((record, context) -> {
            action.accept(record.key(), record.value());
            context.forward(record);
        });
    }

    static <K, V> ProcessorSupplier<K, V, Object, Object> foreach(BiConsumer<? super K, ? super V> action) {
        return of((record, context) -> action.accept(record.key(), record.value()));
    }

    static <K, V> ProcessorSupplier<K, V, K, V> merge() {
        return of((record, context) -> context.forward(record));
    }

    /** A table's new values as a stream. */
    static <K, V> ProcessorSupplier<K, Change<V>, K, V> newValues() {
        return of((record, context) -> {
            Change<V> change = record.value();
            context.forward(record.withValue(change == null ? null : change.newValue()));
        });
    }
}
