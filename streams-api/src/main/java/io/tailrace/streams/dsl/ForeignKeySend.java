package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.Serializer;
import io.tailrace.streams.dsl.ForeignKeySubscription.Instruction;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.RecordPosition;
import io.tailrace.streams.topology.StreamRecord;
import java.util.Arrays;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Sends subscriptions to the foreign keys that a table's values name, as they change. */
final class ForeignKeySend<K, V, KO> implements ProcessorSupplier<K, Change<V>, KO, ForeignKeySubscription<K>> {
    private final String topic;
    private final BiFunction<? super K, ? super V, ? extends KO> extractor;
    private final Serializer<KO> foreignKeys;
    private final Serde<V> values;
    private final boolean left;

    /**
     * Of a table.
     *
     * @param topic in which subscriptions go
     * @param left whether there is to be a result where there is nothing under the foreign key, or no foreign key at all
     */
    ForeignKeySend(
            String topic,
            BiFunction<? super K, ? super V, ? extends KO> extractor,
            Serializer<KO> foreignKeys,
            Serde<V> values,
            boolean left) {
        this.topic = topic;
        this.extractor = extractor;
        this.foreignKeys = foreignKeys;
        this.values = values;
        this.left = left;
    }

    @Override
    public Processor<K, Change<V>, KO, ForeignKeySubscription<K>> get() {
        return new Sending();
    }

    private final class Sending implements Processor<K, Change<V>, KO, ForeignKeySubscription<K>> {
        private final ValueHash.Hasher<V> hasher = new ValueHash.Hasher<>(topic, values);
        private @Nullable ProcessorContext<KO, ForeignKeySubscription<K>> context;

        @Override
        public void init(ProcessorContext<KO, ForeignKeySubscription<K>> given) {
            context = given;
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init, and a table's records have keys and changes.
        public void process(StreamRecord<K, Change<V>> record) {
            V before = record.value().oldValue();
            V now = record.value().newValue();
            if (before == null && now == null) {
                return;
            }
            KO was = before == null ? null : extractor.apply(record.key(), before);
            KO is = now == null ? null : extractor.apply(record.key(), now);
            if (left) {
                if (was != null && !same(was, is)) {
                    send(record, was, Instruction.UNSUBSCRIBE);
                }
                send(record, is, Instruction.SUBSCRIBE_AND_ANSWER);
                return;
            }
            if (now != null && is == null) {
                context.drop(record, DropReason.NULL_FOREIGN_KEY);
            }
            if (was != null && is == null) {
                send(record, was, Instruction.UNSUBSCRIBE_AND_ANSWER);
            } else if (was != null && !same(was, is)) {
                send(record, was, Instruction.UNSUBSCRIBE);
                send(record, is, Instruction.SUBSCRIBE_AND_ANSWER);
            } else if (is != null) {
                send(record, is, Instruction.SUBSCRIBE);
            }
        }

        private boolean same(KO was, @Nullable KO is) {
            // A serializer may write into the same bytes again.
            return is != null
                    && Arrays.equals(foreignKeys.serialize(topic, was).clone(), foreignKeys.serialize(topic, is));
        }

        @SuppressWarnings("NullAway") // Nothing is processed before init, and a table's records have keys and changes.
        private void send(StreamRecord<K, Change<V>> record, @Nullable KO to, Instruction instruction) {
            int partition = context.position().map(RecordPosition::partition).orElse(-1);
            ValueHash hash = hasher.hash(record.value().newValue());
            context.forward(record.with(to, new ForeignKeySubscription<>(hash, instruction, record.key(), partition)));
        }
    }
}
