package io.tailrace.streams.state;

import io.tailrace.streams.Serde;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A typed view of bytes, whose keys begin with the number of the segment of time in which a session ends, so that what is forgotten lies together. Format 1:
 *
 * <pre>
 * 0                                                          -> version 1 (1 byte), length of a segment (8), latest end (8)
 * 1, segment (8), length of key (4), key, end (8), start (8) -> value
 * 2, end (8), start (8), key                                 -> nothing; only if it is ordered by time
 * </pre>
 *
 * Segments are as long as they were when the first session was put, whatever has become of the retention. What is no longer kept is not found any more at once, and taken away piece by piece as other
 * sessions are put.
 */
final class BytesSessionStore<K, A> implements SessionStore<K, A> {
    private static final byte[] HEAD = {0};
    private static final byte VERSION = 1;
    private static final byte ENTRY = 1;
    private static final byte BY_TIME = 2;
    private static final byte[] NOTHING = {};
    private static final int PREFIX_BYTES = 1 + Long.BYTES;
    private static final int WINDOW_BYTES = 2 * Long.BYTES;
    private static final long SHORTEST_SEGMENT_MILLIS = 1_000;

    private final String name;
    private final BytesStore bytes;
    private final Serde<K> keys;
    private final Serde<A> values;
    private final long retentionMillis;
    private final long segmentMillis;
    private final boolean orderedByTime;
    private final GradualRemoval entriesGone;
    private final GradualRemoval byTimeGone;
    private long latestEnd = -1;

    BytesSessionStore(
            String name, BytesStore bytes, Serde<K> keys, Serde<A> values, Duration retention, boolean orderedByTime) {
        this.name = name;
        this.bytes = bytes;
        this.keys = keys;
        this.values = values;
        this.retentionMillis = retention.toMillis();
        long segment = Math.max(retentionMillis / 2, SHORTEST_SEGMENT_MILLIS);
        this.orderedByTime = orderedByTime;
        this.entriesGone = new GradualRemoval(bytes, segmentPrefix(0));
        this.byTimeGone = new GradualRemoval(bytes, byTime(0));
        byte[] head = bytes.get(HEAD);
        if (head != null) {
            ByteBuffer read = ByteBuffer.wrap(head);
            byte version = read.get();
            if (version != VERSION) {
                throw new IllegalStateException("Session store " + name + " is of format " + version
                        + ", which this version does not know: run the version that wrote it.");
            }
            segment = read.getLong();
            latestEnd = read.getLong();
        }
        this.segmentMillis = segment;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long latestEnd() {
        return latestEnd;
    }

    @Override
    public void put(Windowed<K> session, @Nullable A aggregate) {
        Window window = session.window();
        if (window.start() < 0) {
            throw new IllegalArgumentException("A session starts at 0 at the earliest, not at " + window.start() + ".");
        }
        if (window.end() > latestEnd) {
            latestEnd = window.end();
            bytes.put(
                    HEAD,
                    ByteBuffer.allocate(1 + 2 * Long.BYTES)
                            .put(VERSION)
                            .putLong(segmentMillis)
                            .putLong(latestEnd)
                            .array());
        }
        forgetSome();
        if (window.end() < earliestKept() && aggregate != null) {
            return;
        }
        byte[] key = keyBytes(session.key());
        bytes.put(
                entry(segment(window.end()), key, window.end(), window.start()),
                aggregate == null ? null : values.serialize(name, aggregate));
        if (orderedByTime) {
            bytes.put(byTime(window, key), aggregate == null ? null : NOTHING);
        }
    }

    /** Sessions that end earlier are as if they had never been. */
    private long earliestKept() {
        return Math.max(0, latestEnd - retentionMillis + 1);
    }

    /**
     * Takes away something of the segments that have come to lie wholly before what can be found. That is a millisecond more than what is kept: who waits for sessions to be over has
     * not been told of one that ends then.
     */
    private void forgetSome() {
        long segment = segment(earliestFound());
        entriesGone.before(segmentPrefix(segment));
        if (orderedByTime) {
            byTimeGone.before(byTime(segment * segmentMillis));
        }
    }

    private long earliestFound() {
        return Math.max(0, latestEnd - retentionMillis);
    }

    @Override
    public @Nullable A fetchSession(K key, long start, long end) {
        if (end < earliestKept()) {
            return null;
        }
        byte[] value = bytes.get(entry(segment(end), keyBytes(key), end, start));
        return value == null ? null : values.deserialize(name, ByteBuffer.wrap(value));
    }

    @Override
    public Entries<Windowed<K>, A> findSessions(K key, long earliestEnd, long latestStart) {
        return ofKey(key, earliestEnd, latestStart, false);
    }

    @Override
    public Entries<Windowed<K>, A> backwardFindSessions(K key, long earliestEnd, long latestStart) {
        return ofKey(key, earliestEnd, latestStart, true);
    }

    private Entries<Windowed<K>, A> ofKey(K key, long earliestEnd, long latestStart, boolean backwards) {
        byte[] wanted = keyBytes(key);
        long first = Math.max(earliestEnd, earliestKept());
        return new SegmentEntries<>(
                segment(first),
                first <= latestEnd ? segment(latestEnd) : -1,
                backwards,
                segment -> {
                    byte[] begin = entry(segment, wanted, first, 0);
                    byte[] end = entry(segment, wanted, latestEnd + 1, 0);
                    return backwards ? bytes.reverseRange(begin, end) : bytes.range(begin, end);
                },
                entry -> {
                    Window window = window(entry);
                    return window.start() > latestStart
                            ? null
                            : new KeyValue<>(new Windowed<>(key, window), value(entry));
                });
    }

    @Override
    public Entries<Windowed<K>, A> findSessions(long earliestEnd, long latestEnd) {
        long first = Math.max(earliestEnd, earliestFound());
        long last = Math.min(this.latestEnd, latestEnd);
        if (orderedByTime && first <= last) {
            return orderedByTime(first, last);
        }
        return new SegmentEntries<>(
                segment(first),
                first <= last ? segment(last) : -1,
                false,
                segment -> bytes.range(segmentPrefix(segment), segmentPrefix(segment + 1)),
                entry -> {
                    Window window = window(entry);
                    return window.end() < first || window.end() > last
                            ? null
                            : new KeyValue<>(new Windowed<>(key(entry), window), value(entry));
                });
    }

    private Entries<Windowed<K>, A> orderedByTime(long first, long last) {
        Entries<byte[], byte[]> entries = bytes.range(byTime(first), byTime(last + 1));
        return new Entries<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public KeyValue<Windowed<K>, A> next() {
                ByteBuffer read = ByteBuffer.wrap(
                                Objects.requireNonNull(entries.next().key()))
                        .position(1);
                long end = read.getLong();
                long start = read.getLong();
                byte[] key = new byte[read.remaining()];
                read.get(key);
                byte[] value = Objects.requireNonNull(bytes.get(entry(segment(end), key, end, start)));
                return new KeyValue<>(
                        new Windowed<>(keys.deserialize(name, ByteBuffer.wrap(key)), new Window(start, end)),
                        values.deserialize(name, ByteBuffer.wrap(value)));
            }

            @Override
            public void close() {
                entries.close();
            }
        };
    }

    private long segment(long end) {
        return end / segmentMillis;
    }

    private static byte[] segmentPrefix(long segment) {
        return ByteBuffer.allocate(PREFIX_BYTES).put(ENTRY).putLong(segment).array();
    }

    private byte[] keyBytes(K key) {
        return keys.serialize(name, Objects.requireNonNull(key, "key"));
    }

    private static byte[] entry(long segment, byte[] key, long end, long start) {
        ByteBuffer entry = ByteBuffer.allocate(PREFIX_BYTES + Integer.BYTES + key.length + WINDOW_BYTES);
        entry.put(ENTRY).putLong(segment).putInt(key.length).put(key);
        return entry.putLong(end).putLong(start).array();
    }

    private static byte[] byTime(long end) {
        return ByteBuffer.allocate(PREFIX_BYTES).put(BY_TIME).putLong(end).array();
    }

    private static byte[] byTime(Window window, byte[] key) {
        ByteBuffer entry = ByteBuffer.allocate(1 + WINDOW_BYTES + key.length).put(BY_TIME);
        return entry.putLong(window.end()).putLong(window.start()).put(key).array();
    }

    private static Window window(KeyValue<byte[], byte[]> entry) {
        byte[] key = Objects.requireNonNull(entry.key());
        ByteBuffer read = ByteBuffer.wrap(key).position(key.length - WINDOW_BYTES);
        long end = read.getLong();
        return new Window(read.getLong(), end);
    }

    private K key(KeyValue<byte[], byte[]> entry) {
        ByteBuffer read = ByteBuffer.wrap(Objects.requireNonNull(entry.key())).position(PREFIX_BYTES);
        int length = read.getInt();
        return keys.deserialize(name, read.slice(read.position(), length));
    }

    private A value(KeyValue<byte[], byte[]> entry) {
        return values.deserialize(name, ByteBuffer.wrap(Objects.requireNonNull(entry.value())));
    }
}
