package io.tailrace.streams.topology;

import io.tailrace.streams.state.StateStore;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** What a processor can reach: those behind it, its stores, the time. For the task's thread alone. */
public interface ProcessorContext<K, V> {
    /** Gives a record to all nodes behind this one, in the order in which they were added; they have dealt with it when this returns. */
    void forward(StreamRecord<K, V> record);

    /**
     * Gives a record to one of the nodes behind this one.
     *
     * @throws IllegalArgumentException if there is none of that name behind this one
     */
    void forward(StreamRecord<K, V> record, String child);

    /**
     * The store of that name.
     *
     * @throws IllegalArgumentException if this node was not connected to one of that name
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // Only who asks knows which kind of store has that name.
    <S extends StateStore> S store(String name);

    /** Says that a record goes no further because the operator has no use for it: it is counted by reason, never silently lost. */
    default void drop(StreamRecord<?, ?> record, DropReason reason) {
        drop(record, reason, reason::name);
    }

    /**
     * The same. A sink that was added for what this node drops for that reason gets the record.
     *
     * @param why a sentence for {@link DropHeaders#MESSAGE}; asked for if somebody is told
     */
    void drop(StreamRecord<?, ?> record, DropReason reason, Supplier<String> why);

    /** Where the record that is being processed came from; empty while a punctuator runs. */
    Optional<RecordPosition> position();

    /** The highest timestamp that this task has read so far, in milliseconds since 1970; -1 before the first record. */
    long streamTime();

    /** The time by the clock, in milliseconds since 1970. */
    long wallClockTime();

    /** Calls again and again, until that is cancelled; see {@link PunctuationType} for when. */
    Cancellable schedule(Duration interval, PunctuationType type, Punctuator punctuator);

    /** Ends what was scheduled. */
    @FunctionalInterface
    interface Cancellable {
        /** From now on it is called no more. */
        void cancel();
    }
}
