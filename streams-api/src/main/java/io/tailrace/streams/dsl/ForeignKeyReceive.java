package io.tailrace.streams.dsl;

import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import org.jspecify.annotations.Nullable;

/** Takes subscriptions at the foreign key that they are for, and answers them with what is there now. */
final class ForeignKeyReceive<K, KO, VO>
        implements ProcessorSupplier<KO, ForeignKeySubscription<K>, K, ForeignKeyAnswer<VO>> {
    private final ForeignKeyStore<K, KO> store;
    private final TableLookup<KO, VO> foreign;

    ForeignKeyReceive(ForeignKeyStore<K, KO> store, TableLookup<KO, VO> foreign) {
        this.store = store;
        this.foreign = foreign;
    }

    @Override
    public Processor<KO, ForeignKeySubscription<K>, K, ForeignKeyAnswer<VO>> get() {
        return new Receiving();
    }

    private final class Receiving implements Processor<KO, ForeignKeySubscription<K>, K, ForeignKeyAnswer<VO>> {
        private @Nullable ProcessorContext<K, ForeignKeyAnswer<VO>> context;
        private ForeignKeyStore<K, KO>.@Nullable Opened subscriptions;
        private TableLookup.@Nullable Getter<KO, VO> values;

        @Override
        public void init(ProcessorContext<K, ForeignKeyAnswer<VO>> given) {
            context = given;
            subscriptions = store.open(given);
            values = foreign.opening().open(given);
        }

        @Override
        @SuppressWarnings(
                "NullAway") // Nothing is processed before init, and there are no records without a subscription.
        public void process(StreamRecord<KO, ForeignKeySubscription<K>> record) {
            KO foreignKey = record.key();
            ForeignKeySubscription<K> subscription = record.value();
            ValueAndTimestamp<VO> found = null;
            // Without a foreign key there is nobody to subscribe to, but the result of a left join to be answered for.
            if (foreignKey != null) {
                subscriptions.take(foreignKey, subscription);
                found = values.get(foreignKey);
            }
            if (!subscription.instruction().answers(found != null)) {
                return;
            }
            VO value = subscription.instruction().subscribes() ? ValueAndTimestamp.valueOf(found) : null;
            long timestamp = found == null ? record.timestamp() : Math.max(record.timestamp(), found.timestamp());
            context.forward(record.with(subscription.primaryKey(), ForeignKeyAnswer.to(subscription, value))
                    .withTimestamp(timestamp));
        }
    }
}
