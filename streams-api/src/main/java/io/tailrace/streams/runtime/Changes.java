package io.tailrace.streams.runtime;

import io.tailrace.streams.state.ByteKey;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** What has become of a store's keys since some moment: the last value of each. Found by hash, and in order too once a range has been asked for. */
final class Changes {
    /** The value of a key that has been taken away. */
    static final byte[] GONE = new byte[0];

    private final Map<ByteKey, byte[]> entries = new HashMap<>();
    private final int entryBytes;
    private @Nullable NavigableMap<byte[], byte[]> ordered;

    /** Each entry of which counts for so many bytes beside its key and value. */
    Changes(int entryBytes) {
        this.entryBytes = entryBytes;
    }

    /** The value, {@link #GONE}, or {@code null} if nothing has become of it. */
    byte @Nullable [] get(ByteKey key) {
        return entries.get(key);
    }

    /** Sets it; by how many bytes all of it has grown. */
    int put(ByteKey key, byte @Nullable [] value) {
        byte[] now = value == null ? GONE : value;
        byte[] before = entries.put(key, now);
        if (ordered != null) {
            ordered.put(key.bytes(), now);
        }
        return before == null ? entryBytes + key.bytes().length + now.length : now.length - before.length;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** In the order of the keys, as of now or later. */
    NavigableMap<byte[], byte[]> inOrder() {
        NavigableMap<byte[], byte[]> known = ordered;
        if (known == null) {
            // Iterators over it go on while it changes.
            known = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
            for (Map.Entry<ByteKey, byte[]> entry : entries.entrySet()) {
                known.put(entry.getKey().bytes(), entry.getValue());
            }
            ordered = known;
        }
        return known;
    }

    /** A view to be gone through: {@code null} for what is gone. */
    Map<byte[], byte @Nullable []> asMap() {
        return new AbstractMap<>() {
            @Override
            public Set<Map.Entry<byte[], byte @Nullable []>> entrySet() {
                return new AbstractSet<>() {
                    @Override
                    public Iterator<Map.Entry<byte[], byte @Nullable []>> iterator() {
                        return view(entries.entrySet().iterator());
                    }

                    @Override
                    public int size() {
                        return entries.size();
                    }
                };
            }
        };
    }

    private static Iterator<Map.Entry<byte[], byte @Nullable []>> view(Iterator<Map.Entry<ByteKey, byte[]>> entries) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Map.Entry<byte[], byte @Nullable []> next() {
                Map.Entry<ByteKey, byte[]> entry = entries.next();
                byte[] value = entry.getValue();
                return new AbstractMap.SimpleImmutableEntry<>(entry.getKey().bytes(), value == GONE ? null : value);
            }
        };
    }
}
