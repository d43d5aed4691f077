package io.tailrace.streams.state;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** In the heap. It may be read by other threads while one writes. */
public final class MemoryBytesStore implements BytesStore {
    private final NavigableMap<byte[], byte[]> entries = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

    @Override
    public byte @Nullable [] get(byte[] key) {
        return entries.get(key);
    }

    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        if (value == null) {
            entries.remove(key);
        } else {
            entries.put(key, value);
        }
    }

    @Override
    public Entries<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to) {
        return over(between(from, to));
    }

    @Override
    public Entries<byte[], byte[]> reverseRange(byte @Nullable [] from, byte @Nullable [] to) {
        return over(between(from, to).descendingMap());
    }

    private NavigableMap<byte[], byte[]> between(byte @Nullable [] from, byte @Nullable [] to) {
        if (from != null && to != null && Arrays.compareUnsigned(from, to) >= 0) {
            return new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
        }
        NavigableMap<byte[], byte[]> tail = from == null ? entries : entries.tailMap(from, true);
        return to == null ? tail : tail.headMap(to, false);
    }

    private static Entries<byte[], byte[]> over(Map<byte[], byte[]> part) {
        Iterator<Map.Entry<byte[], byte[]>> entries = part.entrySet().iterator();
        return new Entries<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public KeyValue<byte[], byte[]> next() {
                Map.Entry<byte[], byte[]> entry = entries.next();
                return new KeyValue<>(entry.getKey(), entry.getValue());
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    @Override
    public void close() {
        entries.clear();
    }
}
