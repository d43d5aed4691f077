package io.tailrace.streams.dsl;

import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Looks a value up in a table for each record of a stream. A change of the table brings nothing about. */
final class StreamTableJoin<K, V, KT, VT, R> implements ProcessorSupplier<K, V, K, R> {
    private final TableLookup<KT, VT> table;
    private final BiFunction<? super K, ? super V, ? extends KT> keySelector;
    private final ValueJoinerWithKey<? super K, ? super V, ? super VT, ? extends R> joiner;
    /** Whether records go on for which there is nothing in the table. */
    private final boolean left;

    StreamTableJoin(
            TableLookup<KT, VT> table,
            BiFunction<? super K, ? super V, ? extends KT> keySelector,
            ValueJoinerWithKey<? super K, ? super V, ? super VT, ? extends R> joiner,
            boolean left) {
        this.table = table;
        this.keySelector = keySelector;
        this.joiner = joiner;
        this.left = left;
    }

    @Override
    public Processor<K, V, K, R> get() {
        return new Joining();
    }

    private final class Joining implements Processor<K, V, K, R> {
        private @Nullable ProcessorContext<K, R> context;
        private TableLookup.@Nullable Getter<KT, VT> values;

        @Override
        public void init(ProcessorContext<K, R> given) {
            context = given;
            values = table.opening().open(given);
        }

        @Override
        @SuppressWarnings(
                "NullAway") // Nothing is processed before init; of a left join the joiner is told null for what is
        // missing.
        public void process(StreamRecord<K, V> record) {
            V value = record.value();
            if (value == null) {
                context.drop(record, DropReason.NULL_VALUE);
                return;
            }
            KT key = keySelector.apply(record.key(), value);
            if (key == null && !left) {
                context.drop(record, DropReason.NULL_KEY);
                return;
            }
            VT found = key == null ? null : ValueAndTimestamp.valueOf(values.get(key));
            if (found != null || left) {
                context.forward(record.withValue(joiner.apply(record.key(), value, found)));
            }
        }
    }
}
