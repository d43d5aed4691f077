package io.tailrace.streams.state;

import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The entries of one segment after the other, each opened when the one before has ended. */
final class SegmentEntries<K, V> implements Entries<K, V> {
    private final int step;
    private final LongFunction<Entries<byte[], byte[]>> open;
    private final Function<KeyValue<byte[], byte[]>, @Nullable KeyValue<K, V>> read;
    private long segment;
    private long left;
    private @Nullable Entries<byte[], byte[]> current;
    private @Nullable KeyValue<K, V> next;

    /**
     * Over those from the first to the last, or none if that comes before it.
     *
     * @param backwards whether to begin with the last
     * @param read what an entry says; {@code null}: it is not meant
     */
    SegmentEntries(
            long first,
            long last,
            boolean backwards,
            LongFunction<Entries<byte[], byte[]>> open,
            Function<KeyValue<byte[], byte[]>, @Nullable KeyValue<K, V>> read) {
        this.left = Math.max(0, last - first + 1);
        this.step = backwards ? -1 : 1;
        this.segment = backwards ? last : first;
        this.open = open;
        this.read = read;
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            if (current != null && current.hasNext()) {
                next = read.apply(current.next());
            } else if (left == 0) {
                return false;
            } else {
                close();
                current = open.apply(segment);
                segment += step;
                left--;
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
