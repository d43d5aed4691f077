package io.tailrace.streams.dsl;

/** Makes one aggregate of those of two sessions of a key that have become one. It must not change what it is given, but may return it. */
@FunctionalInterface
public interface Merger<K, A> {
    /**
     * The two together.
     *
     * @param one of the earlier session, or what the initializer gave
     * @param other of the later session
     */
    A apply(K key, A one, A other);
}
