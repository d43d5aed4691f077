package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes results of answers and the values that have asked for them. An answer is about the value that was there when it was asked for: if that has changed since, another answer
 * is on its way, and this one would make a result that never was.
 */
final class ForeignKeyResolve<K, V, VO, R> implements ProcessorSupplier<K, ForeignKeyAnswer<VO>, K, R> {
    private final String topic;
    private final TableLookup<K, V> table;
    private final Serde<V> values;
    private final ValueJoiner<? super V, ? super VO, ? extends R> joiner;
    private final boolean left;

    /**
     * Of a table.
     *
     * @param topic in which subscriptions went
     * @param left whether there is to be a result where there is nothing under the foreign key, or no foreign key at all
     */
    ForeignKeyResolve(
            String topic,
            TableLookup<K, V> table,
            Serde<V> values,
            ValueJoiner<? super V, ? super VO, ? extends R> joiner,
            boolean left) {
        this.topic = topic;
        this.table = table;
        this.values = values;
        this.joiner = joiner;
        this.left = left;
    }

    @Override
    public Processor<K, ForeignKeyAnswer<VO>, K, R> get() {
        return new Resolving();
    }

    private final class Resolving implements Processor<K, ForeignKeyAnswer<VO>, K, R> {
        private final ValueHash.Hasher<V> hasher = new ValueHash.Hasher<>(topic, values);
        private @Nullable ProcessorContext<K, R> context;
        private TableLookup.@Nullable Getter<K, V> current;

        @Override
        public void init(ProcessorContext<K, R> given) {
            context = given;
            current = table.opening().open(given);
        }

        @Override
        @SuppressWarnings(
                "NullAway") // Nothing is processed before init; of a left join the joiner is told null for what is
        // missing.
        public void process(StreamRecord<K, ForeignKeyAnswer<VO>> record) {
            ForeignKeyAnswer<VO> answer = record.value();
            V value = ValueAndTimestamp.valueOf(current.get(record.key()));
            ValueHash hash = hasher.hash(value);
            if (hash == null ? answer.hash() != null : !hash.equals(answer.hash())) {
                context.drop(record, DropReason.STALE);
                return;
            }
            boolean result = value != null && (left || answer.value() != null);
            context.forward(record.withValue(result ? joiner.apply(value, answer.value()) : null));
        }
    }
}
