package io.tailrace.streams.dsl;

import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import org.jspecify.annotations.Nullable;

/** Tells all that have subscribed to a foreign key what has become of it. */
final class ForeignKeyTell<K, KO, VO> implements ProcessorSupplier<KO, Change<VO>, K, ForeignKeyAnswer<VO>> {
    private final ForeignKeyStore<K, KO> store;

    ForeignKeyTell(ForeignKeyStore<K, KO> store) {
        this.store = store;
    }

    @Override
    public Processor<KO, Change<VO>, K, ForeignKeyAnswer<VO>> get() {
        return new Telling();
    }

    private final class Telling implements Processor<KO, Change<VO>, K, ForeignKeyAnswer<VO>> {
        private @Nullable ProcessorContext<K, ForeignKeyAnswer<VO>> context;
        private ForeignKeyStore<K, KO>.@Nullable Opened subscriptions;

        @Override
        public void init(ProcessorContext<K, ForeignKeyAnswer<VO>> given) {
            context = given;
            subscriptions = store.open(given);
        }

        @Override
        @SuppressWarnings("NullAway") // Nothing is processed before init, and a table's records have keys and changes.
        public void process(StreamRecord<KO, Change<VO>> record) {
            VO value = record.value().newValue();
            subscriptions.forEach(
                    record.key(),
                    subscription -> context.forward(
                            record.with(subscription.primaryKey(), ForeignKeyAnswer.to(subscription, value))));
        }
    }
}
