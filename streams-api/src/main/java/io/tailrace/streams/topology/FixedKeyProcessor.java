package io.tailrace.streams.topology;

/** A {@link Processor} that leaves the keys as they are. One instance per task, used by the task's thread alone. */
@FunctionalInterface
public interface FixedKeyProcessor<K, VIn, VOut> {
    /** Called once, before the first record. */
    default void init(FixedKeyProcessorContext<K, VOut> context) {}

    /** Takes a record; what it gives to {@link FixedKeyProcessorContext#forward} goes on. It must not block. */
    void process(FixedKeyRecord<K, VIn> record);

    /** Called once, after the last record, also when the task has failed. */
    default void close() {}
}
