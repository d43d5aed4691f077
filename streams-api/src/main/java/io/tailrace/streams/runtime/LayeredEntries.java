package io.tailrace.streams.runtime;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Entries of changes above those of committed state, merged: of each key the newest, without those that are gone. */
final class LayeredEntries implements Entries<byte[], byte[]> {
    private final List<Iterator<Map.Entry<byte[], byte[]>>> layers;
    private final Map.@Nullable Entry<byte[], byte[]>[] heads;
    private final Entries<byte[], byte[]> committed;
    private final Comparator<byte[]> order;
    private @Nullable KeyValue<byte[], byte[]> committedHead;
    private @Nullable KeyValue<byte[], byte[]> next;

    /**
     * Over those.
     *
     * @param layers the newest first, each in that order
     * @param committed beneath them, in the same order; closed with this
     */
    LayeredEntries(
            List<Iterator<Map.Entry<byte[], byte[]>>> layers, Entries<byte[], byte[]> committed, boolean backwards) {
        this.layers = layers;
        this.committed = committed;
        this.order = backwards ? (a, b) -> Arrays.compareUnsigned(b, a) : Arrays::compareUnsigned;
        this.heads = newHeads(layers.size());
        for (int i = 0; i < heads.length; i++) {
            step(i);
        }
        stepCommitted();
        advance();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of a generic type.
    private static Map.@Nullable Entry<byte[], byte[]>[] newHeads(int length) {
        return new Map.Entry[length];
    }

    private void step(int layer) {
        Iterator<Map.Entry<byte[], byte[]>> entries = layers.get(layer);
        heads[layer] = entries.hasNext() ? entries.next() : null;
    }

    private void stepCommitted() {
        committedHead = committed.hasNext() ? committed.next() : null;
    }

    private void advance() {
        next = null;
        while (next == null) {
            byte[] key = firstKey();
            if (key == null) {
                return;
            }
            byte[] value = take(key);
            if (value != Changes.GONE) {
                next = new KeyValue<>(key, value);
            }
        }
    }

    private byte @Nullable [] firstKey() {
        KeyValue<byte[], byte[]> below = committedHead;
        byte[] first = below == null ? null : below.key();
        for (Map.Entry<byte[], byte[]> head : heads) {
            if (head != null && (first == null || order.compare(head.getKey(), first) < 0)) {
                first = head.getKey();
            }
        }
        return first;
    }

    /** The newest value under that key; all layers go past it. */
    private byte[] take(byte[] key) {
        byte[] value = null;
        for (int i = 0; i < heads.length; i++) {
            Map.Entry<byte[], byte[]> head = heads[i];
            if (head != null && Arrays.equals(head.getKey(), key)) {
                value = value == null ? head.getValue() : value;
                step(i);
            }
        }
        KeyValue<byte[], byte[]> below = committedHead;
        if (below != null && Arrays.equals(below.key(), key)) {
            value = value == null ? below.value() : value;
            stepCommitted();
        }
        if (value == null) {
            throw new IllegalStateException("No layer has the key that one of them began with.");
        }
        return value;
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public KeyValue<byte[], byte[]> next() {
        KeyValue<byte[], byte[]> entry = next;
        if (entry == null) {
            throw new NoSuchElementException("There are no more entries.");
        }
        advance();
        return entry;
    }

    @Override
    public void close() {
        committed.close();
    }
}
