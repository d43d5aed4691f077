package io.tailrace.streams.state;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * In the heap. It may be read by other threads while one writes.
 *
 * <p>Keys are found by their hash. They are kept in order as well from the first time on that somebody asks for a range: many stores are never asked, and
 * looking a key up in order costs several times as much.
 */
public final class MemoryBytesStore implements BytesStore {
    private static final long ENTRY_BYTES = 96;

    private final Map<ByteKey, byte[]> entries = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile @Nullable NavigableMap<byte[], byte[]> ordered;

    @Override
    public byte @Nullable [] get(byte[] key) {
        return entries.get(new ByteKey(key));
    }

    @Override
    public synchronized void put(byte[] key, byte @Nullable [] value) {
        ByteKey hashed = new ByteKey(key);
        byte[] before = value == null ? entries.remove(hashed) : entries.put(hashed, value);
        bytes.addAndGet(sizeOf(key, value) - sizeOf(key, before));
        NavigableMap<byte[], byte[]> inOrder = ordered;
        if (inOrder == null) {
            return;
        }
        if (value == null) {
            inOrder.remove(key);
        } else {
            inOrder.put(key, value);
        }
    }

    private static long sizeOf(byte[] key, byte @Nullable [] value) {
        return value == null ? 0 : ENTRY_BYTES + key.length + value.length;
    }

    /** About how many bytes of heap it takes. */
    public long sizeInBytes() {
        return bytes.get();
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
        NavigableMap<byte[], byte[]> all = inOrder();
        NavigableMap<byte[], byte[]> tail = from == null ? all : all.tailMap(from, true);
        return to == null ? tail : tail.headMap(to, false);
    }

    private NavigableMap<byte[], byte[]> inOrder() {
        NavigableMap<byte[], byte[]> known = ordered;
        return known == null ? putInOrder() : known;
    }

    private synchronized NavigableMap<byte[], byte[]> putInOrder() {
        NavigableMap<byte[], byte[]> known = ordered;
        if (known != null) {
            return known;
        }
        NavigableMap<byte[], byte[]> all = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
        entries.forEach((key, value) -> all.put(key.bytes(), value));
        ordered = all;
        return all;
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

    /** Takes everything away. */
    public synchronized void clear() {
        entries.clear();
        ordered = null;
        bytes.set(0);
    }

    @Override
    public void close() {
        clear();
    }
}
