package io.tailrace.streams.dsl;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.WindowStore;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One side of a join of two streams: joins each record with those that the other side keeps, then keeps it for those that the other side gets later.
 *
 * @param left whether this is the stream on which the join was called
 * @param joiner takes this side's value first
 * @param windows as this side sees them
 * @param mine the store of this side's records
 * @param others the store of the other side's
 * @param outer whether a record that meets none goes on alone
 * @param unjoined the store that both sides share; {@code null} if neither side's records go on alone
 */
record StreamJoinSide<K, V, VO, VR>(
        boolean left,
        ValueJoinerWithKey<? super K, ? super V, ? super VO, ? extends VR> joiner,
        JoinWindows windows,
        String mine,
        String others,
        boolean outer,
        @Nullable String unjoined)
        implements ProcessorSupplier<K, V, K, VR> {
    @Override
    public Processor<K, V, K, VR> get() {
        return new Joining();
    }

    private final class Joining implements Processor<K, V, K, VR> {
        private final long before = windows.before().toMillis();
        private final long after = windows.after().toMillis();
        private final long grace = windows.grace().toMillis();
        private @Nullable ProcessorContext<K, VR> context;
        private @Nullable WindowStore<K, V> kept;
        private @Nullable WindowStore<K, VO> otherKept;
        private @Nullable UnjoinedStore<K> waiting;

        @Override
        public void init(ProcessorContext<K, VR> given) {
            context = given;
            kept = given.store(mine);
            otherKept = given.store(others);
            waiting = unjoined == null ? null : given.store(unjoined);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init; a joiner gets null where there is none.
        public void process(StreamRecord<K, V> record) {
            K key = record.key();
            V value = record.value();
            long timestamp = record.timestamp();
            if (waiting != null) {
                waiting.advance(timestamp);
            }
            if (outer && key == null && value != null) {
                context.forward(record.withValue(joiner.apply(null, value, null)));
                return;
            }
            if (key == null || value == null) {
                context.drop(record, key == null ? DropReason.NULL_KEY : DropReason.NULL_VALUE);
                return;
            }
            if (waiting != null && timestamp == waiting.streamTime()) {
                tellUnjoined(record, waiting);
            }
            boolean met = joinWithKept(record, key, value);
            if (outer && !met) {
                // Those that it could have met have come already, if they have.
                if (timestamp + after < waiting.streamTime()) {
                    context.forward(record.withValue(joiner.apply(key, value, null)));
                } else {
                    waiting.add(key, timestamp, left, value);
                }
            }
            if (timestamp < kept.earliestKept()) {
                context.drop(record, DropReason.LATE, this::whatIsKept);
            } else {
                kept.put(key, value, timestamp);
            }
        }

        @SuppressWarnings("NullAway") // Called by process.
        private String whatIsKept() {
            return "The join keeps records from " + kept.earliestKept() + " on.";
        }

        @SuppressWarnings("NullAway") // Called by process.
        private boolean joinWithKept(StreamRecord<K, V> record, K key, V value) {
            long timestamp = record.timestamp();
            boolean met = false;
            try (Entries<Long, VO> entries =
                    otherKept.fetch(key, Math.max(0, timestamp - before), Math.max(0, timestamp + after))) {
                while (entries.hasNext()) {
                    KeyValue<Long, VO> other = entries.next();
                    met = true;
                    if (waiting != null) {
                        waiting.remove(key, other.key(), !left);
                    }
                    context.forward(record.withValue(joiner.apply(key, value, other.value()))
                            .withTimestamp(Math.max(timestamp, other.key())));
                }
            }
            return met;
        }

        /**
         * Lets those go on alone whose windows are closed. As in Kafka Streams they wait for each other: nothing is looked at again before the last that was seen
         * has its turn, so what is open is not gone through with each record.
         */
        private void tellUnjoined(StreamRecord<K, V> trigger, UnjoinedStore<K> from) {
            long first = from.nothingBefore();
            if (first == UnjoinedStore.NEVER || first + after + grace >= from.streamTime()) {
                return;
            }
            Telling telling = new Telling(trigger, from);
            try {
                from.visit(telling::next);
            } finally {
                from.nothingBefore(telling.last);
            }
        }

        /** One time through. Of each side, what comes after one whose window is open is open as well. */
        private final class Telling {
            private final StreamRecord<K, V> trigger;
            private final UnjoinedStore<K> from;
            private boolean leftIsOpen;
            private boolean rightIsOpen;
            private long last = UnjoinedStore.NEVER;

            Telling(StreamRecord<K, V> trigger, UnjoinedStore<K> from) {
                this.trigger = trigger;
                this.from = from;
            }

            boolean next(UnjoinedStore.Unjoined<K> next) {
                last = next.timestamp();
                if (leftIsOpen && rightIsOpen) {
                    return false;
                }
                long still = next.ofLeft() == left ? after : before;
                if (next.timestamp() + still + grace >= from.streamTime()) {
                    leftIsOpen |= next.ofLeft();
                    rightIsOpen |= !next.ofLeft();
                    return true;
                }
                from.remove(next.key(), next.timestamp(), next.ofLeft());
                next.values().forEach(value -> tell(next, value));
                return true;
            }

            @SuppressWarnings({"unchecked", "NullAway"
            }) // Values are of the side that added them; a joiner gets null where there is none.
            private void tell(UnjoinedStore.Unjoined<K> of, Object value) {
                VR joined = of.ofLeft() == left
                        ? joiner.apply(of.key(), (V) value, null)
                        : joiner.apply(of.key(), null, (VO) value);
                Objects.requireNonNull(context)
                        .forward(trigger.with(of.key(), joined).withTimestamp(of.timestamp()));
            }
        }
    }
}
