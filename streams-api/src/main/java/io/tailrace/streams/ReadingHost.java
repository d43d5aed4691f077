package io.tailrace.streams;

/** The stage that partitions are read in. Everything but {@link #enqueue} is called on its thread. */
interface ReadingHost<K, V> extends StageHost {
    /** Whether no more is emitted, so that nothing needs to be read. */
    boolean isOver();

    /** How many bytes a fetch asks for, as things stand. */
    int fetchBytes();

    /** A partition has to be read from now on. */
    void begin(PartitionReading<K, V> reading);

    /** A partition is not read any more: what has been fetched of it is thrown away. */
    void end(PartitionReading<K, V> reading);

    /** A partition has a chunk ahead. */
    void ready(PartitionReading<K, V> reading);

    /** The records of a chunk of so many bytes go out. */
    void charge(int bytes);

    /** A record that could not be decoded was passed over. */
    void passedOver();

    /** Where such records may go. */
    DeadLetters deadLetters();

    /** Nothing is emitted of a partition while it is held; what has been fetched of it stays. */
    void hold(PartitionReading<K, V> reading, boolean held);

    /** A partition was located: perhaps it has reached its end already. */
    void located(PartitionReading<K, V> reading);
}
