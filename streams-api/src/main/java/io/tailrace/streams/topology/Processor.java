package io.tailrace.streams.topology;

/**
 * What a node does with each record. One instance per task, used by the task's thread alone, so it needs no locks; what has to survive goes into
 * a store.
 */
@FunctionalInterface
public interface Processor<KIn, VIn, KOut, VOut> {
    /** Called once, before the first record. */
    default void init(ProcessorContext<KOut, VOut> context) {}

    /** Takes a record; what it gives to {@link ProcessorContext#forward} goes on. It must not block. */
    void process(StreamRecord<KIn, VIn> record);

    /** Called once, after the last record, also when the task has failed. */
    default void close() {}
}
