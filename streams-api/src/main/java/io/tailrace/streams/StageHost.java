package io.tailrace.streams;

/** The stage of a source. Everything but {@link #enqueue} is called on its thread. */
interface StageHost {
    /** Runs that on the stage's thread, after what is waiting there already; nothing once the stage is over. Callable from any thread. */
    void enqueue(Runnable event);

    /** Runs that on the stage's thread after a pause, unless no more is emitted by then. */
    void later(Runnable step, long nanos);

    /** Whether downstream waits for something to be emitted. */
    boolean isWanted();

    /** Emits no more. */
    void finish();

    /** The stream cannot go on. */
    void failed(Throwable error);

    /** The consumer's partitions are nobody's business any more, see {@link Assignment#end}. */
    void left();
}
