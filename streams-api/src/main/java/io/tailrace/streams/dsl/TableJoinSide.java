package io.tailrace.streams.dsl;

import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One side of a join of two tables: its changes with the values of the other one. */
final class TableJoinSide<K, V, VO, R> implements ProcessorSupplier<K, Change<V>, K, Change<R>> {
    /** Makes a result of this side's value and the other one's. */
    interface Join<V, VO, R> {
        @Nullable
        R of(@Nullable V mine, @Nullable VO others);
    }

    private final TableLookup<K, VO> other;
    private final Join<V, VO, R> join;
    private final boolean otherNeeded;
    private final BooleanSupplier sendOldValues;

    /**
     * Of a table.
     *
     * @param otherNeeded whether nothing has changed where the other one has no value
     * @param sendOldValues asked when processors are made: only then everything is known that may want old values
     */
    TableJoinSide(TableLookup<K, VO> other, Join<V, VO, R> join, boolean otherNeeded, BooleanSupplier sendOldValues) {
        this.other = other;
        this.join = join;
        this.otherNeeded = otherNeeded;
        this.sendOldValues = sendOldValues;
    }

    @Override
    public Processor<K, Change<V>, K, Change<R>> get() {
        return new Joining(sendOldValues.getAsBoolean());
    }

    private final class Joining implements Processor<K, Change<V>, K, Change<R>> {
        private final boolean withOldValues;
        private @Nullable ProcessorContext<K, Change<R>> context;
        private TableLookup.@Nullable Getter<K, VO> others;

        Joining(boolean withOldValues) {
            this.withOldValues = withOldValues;
        }

        @Override
        public void init(ProcessorContext<K, Change<R>> given) {
            context = given;
            others = other.opening().open(given);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init, and a table's records have keys and changes.
        public void process(StreamRecord<K, Change<V>> record) {
            Change<V> change = record.value();
            ValueAndTimestamp<VO> found = others.get(record.key());
            boolean wasAndIsNothing = change.newValue() == null && change.oldValue() == null;
            if (found == null && (otherNeeded || wasAndIsNothing)) {
                return;
            }
            VO value = ValueAndTimestamp.valueOf(found);
            R now = join.of(change.newValue(), value);
            R before = withOldValues ? join.of(change.oldValue(), value) : null;
            long timestamp = found == null ? record.timestamp() : Math.max(record.timestamp(), found.timestamp());
            context.forward(record.withValue(new Change<>(now, before)).withTimestamp(timestamp));
        }
    }
}
