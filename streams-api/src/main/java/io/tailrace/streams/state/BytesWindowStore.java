package io.tailrace.streams.state;

import io.tailrace.streams.Serde;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A typed view of bytes, whose keys begin with the number of a segment of time, so that what is forgotten lies together. Format 1:
 *
 * <pre>
 * 0                                                       -> version 1 (1 byte), latest start (8), number of the last entry (4)
 * 1, segment (8), length of key (4), key, start (8), [number (4), if it keeps several]  -> value
 * </pre>
 */
final class BytesWindowStore<K, V> implements WindowStore<K, V> {
    private static final byte[] HEAD = {0};
    private static final byte VERSION = 1;
    private static final byte ENTRY = 1;
    private static final int PREFIX_BYTES = 1 + Long.BYTES;
    private static final long SHORTEST_SEGMENT_MILLIS = 60_000;

    private final String name;
    private final BytesStore bytes;
    private final Serde<K> keys;
    private final Serde<V> values;
    private final long retentionMillis;
    private final long segmentMillis;
    private final boolean several;
    private long latestStart = -1;
    private int number;

    BytesWindowStore(
            String name, BytesStore bytes, Serde<K> keys, Serde<V> values, Duration retention, boolean several) {
        this.name = name;
        this.bytes = bytes;
        this.keys = keys;
        this.values = values;
        this.retentionMillis = retention.toMillis();
        this.segmentMillis = Math.max(retentionMillis / 2, SHORTEST_SEGMENT_MILLIS);
        this.several = several;
        byte[] head = bytes.get(HEAD);
        if (head != null) {
            ByteBuffer read = ByteBuffer.wrap(head);
            byte version = read.get();
            if (version != VERSION) {
                throw new IllegalStateException("Window store " + name + " is of format " + version
                        + ", which this version does not know: run the version that wrote it.");
            }
            latestStart = read.getLong();
            number = read.getInt();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void put(K key, @Nullable V value, long windowStart) {
        if (windowStart < 0) {
            throw new IllegalArgumentException("A window starts at 0 at the earliest, not at " + windowStart + ".");
        }
        if (windowStart > latestStart) {
            long before = earliestKept();
            latestStart = windowStart;
            forget(before);
        }
        if (windowStart >= earliestKept() && !(several && value == null)) {
            number = several ? (number + 1) & Integer.MAX_VALUE : 0;
            bytes.put(
                    entry(segment(windowStart), keyBytes(key), windowStart, number),
                    value == null ? null : values.serialize(name, value));
        }
        bytes.put(
                HEAD,
                ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES)
                        .put(VERSION)
                        .putLong(latestStart)
                        .putInt(number)
                        .array());
    }

    @Override
    public long earliestKept() {
        return Math.max(0, latestStart - retentionMillis + 1);
    }

    /** Takes away the segments that have come to lie wholly before what is kept. */
    private void forget(long keptBefore) {
        long first = segment(keptBefore);
        long end = segment(earliestKept());
        if (first >= end) {
            return;
        }
        List<byte[]> gone = new ArrayList<>();
        try (Entries<byte[], byte[]> entries = bytes.range(segmentPrefix(first), segmentPrefix(end))) {
            entries.forEachRemaining(entry -> gone.add(Objects.requireNonNull(entry.key())));
        }
        gone.forEach(key -> bytes.put(key, null));
    }

    @Override
    public @Nullable V fetch(K key, long windowStart) {
        if (windowStart < earliestKept() || windowStart > latestStart) {
            return null;
        }
        if (several) {
            try (Entries<Long, V> entries = fetch(key, windowStart, windowStart)) {
                return entries.hasNext() ? entries.next().value() : null;
            }
        }
        byte[] value = bytes.get(entry(segment(windowStart), keyBytes(key), windowStart, 0));
        return value == null ? null : values.deserialize(name, ByteBuffer.wrap(value));
    }

    @Override
    public Entries<Long, V> fetch(K key, long from, long to) {
        return ofKey(key, from, to, false);
    }

    @Override
    public Entries<Long, V> backwardFetch(K key, long from, long to) {
        return ofKey(key, from, to, true);
    }

    private Entries<Long, V> ofKey(K key, long from, long to, boolean backwards) {
        byte[] wanted = keyBytes(key);
        long first = Math.max(from, earliestKept());
        long last = Math.min(to, latestStart);
        return new SegmentEntries<>(
                segments(first, last, backwards),
                segment -> {
                    byte[] begin = entry(segment, wanted, first, 0);
                    byte[] end = entry(segment, wanted, last + 1, 0);
                    return backwards ? bytes.reverseRange(begin, end) : bytes.range(begin, end);
                },
                entry -> new KeyValue<>(start(entry), value(entry)));
    }

    @Override
    public Entries<Windowed<K>, V> fetchAll(long from, long to) {
        long first = Math.max(from, earliestKept());
        long last = Math.min(to, latestStart);
        return new SegmentEntries<>(
                segments(first, last, false),
                segment -> bytes.range(segmentPrefix(segment), segmentPrefix(segment + 1)),
                entry -> {
                    long start = start(entry);
                    return start < first || start > last ? null : new KeyValue<>(windowed(entry), value(entry));
                });
    }

    private Deque<Long> segments(long first, long last, boolean backwards) {
        Deque<Long> segments = new ArrayDeque<>();
        if (first <= last) {
            for (long segment = segment(first); segment <= segment(last); segment++) {
                if (backwards) {
                    segments.addFirst(segment);
                } else {
                    segments.addLast(segment);
                }
            }
        }
        return segments;
    }

    private long segment(long start) {
        return start / segmentMillis;
    }

    private static byte[] segmentPrefix(long segment) {
        return ByteBuffer.allocate(PREFIX_BYTES).put(ENTRY).putLong(segment).array();
    }

    private byte[] keyBytes(K key) {
        return keys.serialize(name, Objects.requireNonNull(key, "key"));
    }

    private byte[] entry(long segment, byte[] key, long start, int ofSeveral) {
        int length = PREFIX_BYTES + Integer.BYTES + key.length + Long.BYTES + (several ? Integer.BYTES : 0);
        ByteBuffer entry = ByteBuffer.allocate(length).put(ENTRY).putLong(segment);
        entry.putInt(key.length).put(key).putLong(start);
        if (several) {
            entry.putInt(ofSeveral);
        }
        return entry.array();
    }

    private long start(KeyValue<byte[], byte[]> entry) {
        byte[] key = Objects.requireNonNull(entry.key());
        return ByteBuffer.wrap(key).getLong(key.length - Long.BYTES - (several ? Integer.BYTES : 0));
    }

    private Windowed<K> windowed(KeyValue<byte[], byte[]> entry) {
        ByteBuffer read = ByteBuffer.wrap(Objects.requireNonNull(entry.key())).position(PREFIX_BYTES);
        int length = read.getInt();
        long start = start(entry);
        return new Windowed<>(
                keys.deserialize(name, read.slice(read.position(), length)), new Window(start, start));
    }

    private V value(KeyValue<byte[], byte[]> entry) {
        return values.deserialize(name, ByteBuffer.wrap(Objects.requireNonNull(entry.value())));
    }
}
