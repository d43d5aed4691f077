package io.tailrace.streams.state;

/** What a task remembers under a name. Used by the task's thread alone. */
public interface StateStore {
    /** By which processors of the topology find it. */
    String name();
}
