package io.tailrace.streams.topology;

import io.tailrace.streams.state.StateStore;
import java.time.Duration;
import java.util.Optional;

/** Lets a {@link FixedKeyProcessor} run as any other. */
final class FixedKeyAdapter<K, VIn, VOut> implements Processor<K, VIn, K, VOut> {
    private final FixedKeyProcessor<K, VIn, VOut> processor;

    FixedKeyAdapter(FixedKeyProcessor<K, VIn, VOut> processor) {
        this.processor = processor;
    }

    @Override
    public void init(ProcessorContext<K, VOut> context) {
        processor.init(new Context<>(context));
    }

    @Override
    public void process(StreamRecord<K, VIn> record) {
        processor.process(new FixedKeyRecord<>(record));
    }

    @Override
    public void close() {
        processor.close();
    }

    private record Context<K, V>(ProcessorContext<K, V> of) implements FixedKeyProcessorContext<K, V> {
        @Override
        public void forward(FixedKeyRecord<K, V> record) {
            of.forward(record.record());
        }

        @Override
        public void forward(FixedKeyRecord<K, V> record, String child) {
            of.forward(record.record(), child);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // As it is there.
        public <S extends StateStore> S store(String name) {
            return of.store(name);
        }

        @Override
        public void drop(FixedKeyRecord<?, ?> record, DropReason reason) {
            of.drop(record.record(), reason);
        }

        @Override
        public Optional<RecordPosition> position() {
            return of.position();
        }

        @Override
        public long streamTime() {
            return of.streamTime();
        }

        @Override
        public long wallClockTime() {
            return of.wallClockTime();
        }

        @Override
        public ProcessorContext.Cancellable schedule(Duration interval, PunctuationType type, Punctuator punctuator) {
            return of.schedule(interval, type, punctuator);
        }
    }
}
