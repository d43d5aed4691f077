package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/**
 * The values of keys in sessions. What ends as much as the store's retention before the latest end that was put, or earlier, is forgotten, and taken no more. After Kafka Streams'
 * {@code SessionStore}.
 */
public interface SessionStore<K, A> extends StateStore, ReadOnlySessionStore<K, A> {
    /**
     * Sets the value of a key in a session, which is not before 1970.
     *
     * @param aggregate {@code null} takes it away
     */
    void put(Windowed<K> session, @Nullable A aggregate);

    /** Takes a session away. */
    default void remove(Windowed<K> session) {
        put(session, null);
    }

    /** The latest end of a session that was put or removed, milliseconds since 1970; -1 before the first. */
    long latestEnd();
}
