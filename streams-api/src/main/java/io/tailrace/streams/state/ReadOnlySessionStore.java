package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/**
 * The values of keys in sessions, to be looked up. Both ends of a session belong to it; one that the store no longer keeps is as if it had never been, but for
 * {@link #findSessions(long, long)}.
 */
public interface ReadOnlySessionStore<K, A> {
    /** The value of a key in the session from start to end; {@code null} if there is none. */
    @Nullable
    A fetchSession(K key, long start, long end);

    /** The sessions of a key that end then or later and start then or earlier, in the order of their ends, then of their starts. */
    Entries<Windowed<K>, A> findSessions(K key, long earliestEnd, long latestStart);

    /** The same, the last first. */
    Entries<Windowed<K>, A> backwardFindSessions(K key, long earliestEnd, long latestStart);

    /** All sessions of a key. */
    default Entries<Windowed<K>, A> fetch(K key) {
        return findSessions(key, 0, Long.MAX_VALUE);
    }

    /**
     * The sessions of all keys that end between two times, both included: of a store that is ordered by time in the order of their ends, their starts and their keys' bytes, else
     * in no order that could be relied on. What ends as much as the retention before the latest end is found as well.
     */
    Entries<Windowed<K>, A> findSessions(long earliestEnd, long latestEnd);
}
