package io.tailrace.streams.state;

import java.util.Deque;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The entries of one segment after the other, each opened when the one before has ended. */
final class SegmentEntries<K, V> implements Entries<K, V> {
    private final Deque<Long> segments;
    private final LongFunction<Entries<byte[], byte[]>> open;
    private final Function<KeyValue<byte[], byte[]>, @Nullable KeyValue<K, V>> read;
    private @Nullable Entries<byte[], byte[]> current;
    private @Nullable KeyValue<K, V> next;

    /**
     * Over these.
     *
     * @param segments in their order
     * @param read what an entry says; {@code null}: it is not meant
     */
    SegmentEntries(
            Deque<Long> segments,
            LongFunction<Entries<byte[], byte[]>> open,
            Function<KeyValue<byte[], byte[]>, @Nullable KeyValue<K, V>> read) {
        this.segments = segments;
        this.open = open;
        this.read = read;
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            if (current != null && current.hasNext()) {
                next = read.apply(current.next());
            } else if (segments.isEmpty()) {
                return false;
            } else {
                close();
                current = open.apply(segments.removeFirst());
            }
        }
        return true;
    }

    @Override
    public KeyValue<K, V> next() {
        KeyValue<K, V> found = hasNext() ? next : null;
        if (found == null) {
            throw new NoSuchElementException();
        }
        next = null;
        return found;
    }

    @Override
    public void close() {
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
