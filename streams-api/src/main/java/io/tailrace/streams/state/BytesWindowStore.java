package io.tailrace.streams.state;

import io.tailrace.streams.Serde;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A typed view of bytes. Format 1:
 *
 * <pre>
 * 0                                                       -> version 1 (1 byte), length of a segment (8), latest start (8), number of the last entry (4)
 * 1, segment (8), length of key (4), key, start (8), [number (4), if it keeps several]  -> value
 * </pre>
 *
 * Segments are as long as they were when the first value was put, whatever has become of the retention.
 *
 * What is no longer kept is not found any more at once, and taken away piece by piece as other values are put.
 */
final class BytesWindowStore<K, V> implements WindowStore<K, V> {
    private static final byte[] HEAD = {0};
    private static final byte VERSION = 1;
    private static final long SHORTEST_SEGMENT_MILLIS = 1_000;
    /** More than a put can add, so that what is to be forgotten does not pile up, and few, so that no record waits for all of it. */
    private static final int FORGOTTEN_PER_PUT = 16;

    private final String name;
    private final BytesStore bytes;
    private final Serde<K> keys;
    private final Serde<V> values;
    private final long retentionMillis;
    private final long windowMillis;
    private final boolean several;
    private final WindowEntryKeys layout;
    private long latestStart = -1;
    private int number;
    /** Before it there is nothing that would have to be forgotten. */
    private byte[] forgottenUpTo = WindowEntryKeys.firstOf(0);

    private boolean forgetting = true;

    BytesWindowStore(
            String name,
            BytesStore bytes,
            Serde<K> keys,
            Serde<V> values,
            Duration retention,
            Duration windowSize,
            boolean several) {
        this.name = name;
        this.bytes = bytes;
        this.keys = keys;
        this.values = values;
        this.retentionMillis = retention.toMillis();
        this.windowMillis = windowSize.toMillis();
        this.several = several;
        long segmentMillis = Math.max(retentionMillis / 2, SHORTEST_SEGMENT_MILLIS);
        byte[] head = bytes.get(HEAD);
        if (head != null) {
            ByteBuffer read = ByteBuffer.wrap(head);
            byte version = read.get();
            if (version != VERSION) {
                throw new IllegalStateException("Window store " + name + " is of format " + version
                        + ", which this version does not know: run the version that wrote it.");
            }
            segmentMillis = read.getLong();
            latestStart = read.getLong();
            number = read.getInt();
        }
        this.layout = new WindowEntryKeys(segmentMillis, several);
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
        boolean later = windowStart > latestStart;
        if (later) {
            long kept = layout.segment(earliestKept());
            latestStart = windowStart;
            forgetting |= layout.segment(earliestKept()) > kept;
        }
        boolean counted = several && value != null;
        if (windowStart >= earliestKept() && (counted || !several)) {
            number = several ? (number + 1) & Integer.MAX_VALUE : 0;
            bytes.put(
                    layout.entry(layout.segment(windowStart), keyBytes(key), windowStart, number),
                    value == null ? null : values.serialize(name, value));
        }
        if (later || counted) {
            putHead();
        }
        if (forgetting) {
            forgetSome();
        }
    }

    private void putHead() {
        ByteBuffer head = ByteBuffer.allocate(1 + 2 * Long.BYTES + Integer.BYTES);
        head.put(VERSION).putLong(layout.segmentMillis()).putLong(latestStart).putInt(number);
        bytes.put(HEAD, head.array());
    }

    /** Windows that start earlier are as if they had never been. */
    private long earliestKept() {
        return Math.max(0, latestStart - retentionMillis + 1);
    }

    /** Takes away something of the segments that lie wholly before what is kept. */
    private void forgetSome() {
        byte[] end = WindowEntryKeys.firstOf(layout.segment(earliestKept()));
        List<byte[]> gone = new ArrayList<>(FORGOTTEN_PER_PUT);
        try (Entries<byte[], byte[]> entries = bytes.range(forgottenUpTo, end)) {
            while (gone.size() < FORGOTTEN_PER_PUT && entries.hasNext()) {
                gone.add(Objects.requireNonNull(entries.next().key()));
            }
        }
        gone.forEach(key -> bytes.put(key, null));
        forgetting = gone.size() == FORGOTTEN_PER_PUT;
        forgottenUpTo = forgetting ? gone.get(gone.size() - 1) : end;
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
        byte[] value = bytes.get(layout.entry(layout.segment(windowStart), keyBytes(key), windowStart, 0));
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
                layout.segment(first),
                first <= last ? layout.segment(last) : -1,
                backwards,
                segment -> {
                    byte[] begin = layout.entry(segment, wanted, first, 0);
                    byte[] end = layout.entry(segment, wanted, last + 1, 0);
                    return backwards ? bytes.reverseRange(begin, end) : bytes.range(begin, end);
                },
                entry -> new KeyValue<>(layout.start(Objects.requireNonNull(entry.key())), value(entry)));
    }

    @Override
    public Entries<Windowed<K>, V> fetchAll(long from, long to) {
        long first = Math.max(from, earliestKept());
        long last = Math.min(to, latestStart);
        return new SegmentEntries<>(
                0,
                first <= last ? 0 : -1,
                false,
                all -> bytes.range(
                        WindowEntryKeys.firstOf(layout.segment(first)),
                        WindowEntryKeys.firstOf(layout.segment(last) + 1)),
                entry -> {
                    byte[] place = Objects.requireNonNull(entry.key());
                    long start = layout.start(place);
                    return start < first || start > last ? null : new KeyValue<>(windowed(place, start), value(entry));
                });
    }

    private byte[] keyBytes(K key) {
        return keys.serialize(name, Objects.requireNonNull(key, "key"));
    }

    private Windowed<K> windowed(byte[] place, long start) {
        return new Windowed<>(keys.deserialize(name, WindowEntryKeys.key(place)), Window.ofSize(start, windowMillis));
    }

    private V value(KeyValue<byte[], byte[]> entry) {
        return values.deserialize(name, ByteBuffer.wrap(Objects.requireNonNull(entry.value())));
    }
}
