package io.tailrace.streams.topology;

/** Makes the processor of each task: a new one at each call. */
@FunctionalInterface
public interface ProcessorSupplier<KIn, VIn, KOut, VOut> {
    /** A new one. */
    Processor<KIn, VIn, KOut, VOut> get();
}
