package io.tailrace.streams.state;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the committed state of one task lies: the bytes of its stores, and up to where of the task's log they go. Whoever opens it again reads the log from there on,
 * so a backend may have lost what was applied last (but never a part of one application). Written by one thread; its stores may be read by others meanwhile.
 */
public interface StateBackend extends AutoCloseable {
    /** The committed bytes of a store, the same object at each call; empty for a name that it does not know yet. */
    ReadOnlyBytesStore store(String name);

    /** The offset in the task's log behind the last commit that is in here; 0 if nothing is. */
    long appliedUpTo();

    /**
     * Takes what a commit changed, all or nothing.
     *
     * @param changes by store: the new value of each key, {@code null} where it is gone
     * @param nextOffset behind that commit in the task's log
     */
    void apply(Map<String, Map<byte[], byte @Nullable []>> changes, long nextOffset);

    /** Says that all that the log has is in here: from now on others may look at it. */
    default void caughtUp() {}

    /** Takes everything away, as if it had never been opened: what it holds does not belong to the log. */
    void clear();

    /** About how many bytes it holds, on disk or in memory. */
    long sizeInBytes();

    @Override
    void close();
}
