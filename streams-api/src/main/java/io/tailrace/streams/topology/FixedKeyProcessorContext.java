package io.tailrace.streams.topology;

import io.tailrace.streams.state.StateStore;
import java.time.Duration;
import java.util.Optional;

/** What a {@link FixedKeyProcessor} can reach; see {@link ProcessorContext}. A punctuator has no record to make another of, so it cannot forward any. */
public interface FixedKeyProcessorContext<K, V> {
    /** Gives a record to all nodes behind this one, in the order in which they were added; they have dealt with it when this returns. */
    void forward(FixedKeyRecord<K, V> record);

    /**
     * Gives a record to one of the nodes behind this one.
     *
     * @throws IllegalArgumentException if there is none of that name behind this one
     */
    void forward(FixedKeyRecord<K, V> record, String child);

    /**
     * The store of that name.
     *
     * @throws IllegalArgumentException if this node was not connected to one of that name
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // Only who asks knows which kind of store has that name.
    <S extends StateStore> S store(String name);

    /** Says that a record goes no further because the processor has no use for it: it is counted by reason. */
    void drop(FixedKeyRecord<?, ?> record, DropReason reason);

    /** Where the record that is being processed came from; empty while a punctuator runs. */
    Optional<RecordPosition> position();

    /** The highest timestamp that this task has read so far, in milliseconds since 1970; -1 before the first record. */
    long streamTime();

    /** The time by the clock, in milliseconds since 1970. */
    long wallClockTime();

    /** Calls again and again, until that is cancelled; see {@link PunctuationType} for when. */
    ProcessorContext.Cancellable schedule(Duration interval, PunctuationType type, Punctuator punctuator);
}
