package io.tailrace.streams.topology;

/** Makes the processor of each task: a new one at each call. */
@FunctionalInterface
public interface FixedKeyProcessorSupplier<K, VIn, VOut> {
    /** A new one. */
    FixedKeyProcessor<K, VIn, VOut> get();

    /** As a {@link TopologyBuilder} takes it. */
    default ProcessorSupplier<K, VIn, K, VOut> toProcessorSupplier() {
        return () -> new FixedKeyAdapter<>(get());
    }
}
