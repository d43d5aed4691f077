package io.tailrace.streams.state;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Entries of a store in the order of their keys' bytes; to be closed, since what it reads may be held open for it. */
public interface Entries<K, V> extends Iterator<KeyValue<K, V>>, AutoCloseable {
    /** Not a single one. */
    static <K, V> Entries<K, V> none() {
        return new Entries<>() {
            @Override
            public boolean hasNext() {
                return false;
            }

            @Override
            public KeyValue<K, V> next() {
                throw new NoSuchElementException();
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    @Override
    void close();
}
