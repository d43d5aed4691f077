package io.tailrace.streams;

/** The stage that partitions are read for. Everything but {@link #enqueue} is called on its thread. */
interface ReadingHost<K, V> {
    /** Runs that on the stage's thread, after what is waiting there already; nothing once the stage is over. Callable from any thread. */
    void enqueue(Runnable event);

    /** Runs that after a pause, unless no more is emitted by then. */
    void later(Runnable step, long nanos);

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

    /** A partition was located: perhaps it has reached its end already. */
    void located(PartitionReading<K, V> reading);

    /** The stream cannot go on. */
    void failed(Throwable error);

    /** The consumer's partitions are nobody's business any more, see {@link Assignment#end}. */
    void left();
}
