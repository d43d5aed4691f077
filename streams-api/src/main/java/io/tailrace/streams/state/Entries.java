package io.tailrace.streams.state;

import java.util.Iterator;

/** Entries of a store in the order of their keys' bytes; to be closed, since what it reads may be held open for it. */
public interface Entries<K, V> extends Iterator<KeyValue<K, V>>, AutoCloseable {
    @Override
    void close();
}
