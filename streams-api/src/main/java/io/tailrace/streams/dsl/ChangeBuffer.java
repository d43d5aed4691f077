package io.tailrace.streams.dsl;

import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.StateStore;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Changes that are kept back, one of each key, in the order of their times and then of their keys' bytes. A change of a key that is there already takes its place. Format 1:
 *
 * <pre>
 * 0                -> version 1 (1 byte), highest time of a change (8), number of changes (8), their bytes (8)
 * 1, key           -> time (8)
 * 2, time (8), key -> the change, see {@link BufferedChange}
 * </pre>
 */
final class ChangeBuffer implements StateStore {
    /** A change that is in the buffer. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Place(long time, byte[] key) {}

    private static final byte[] HEAD = {0};
    private static final byte VERSION = 1;
    private static final byte BY_KEY = 1;
    private static final byte BY_TIME = 2;
    private static final byte[] BEHIND = {3};
    /** What a change takes beside its key, which is there twice, and its value. */
    private static final int OVERHEAD_BYTES = 1 + Long.BYTES + 1 + Long.BYTES;

    private final String name;
    private final BytesStore bytes;
    private long streamTime = -1;
    private long count;
    private long size;
    private long earliest;

    ChangeBuffer(String name, BytesStore bytes) {
        this.name = name;
        this.bytes = bytes;
        byte[] head = bytes.get(HEAD);
        if (head != null) {
            ByteBuffer read = ByteBuffer.wrap(head);
            byte version = read.get();
            if (version != VERSION) {
                throw new IllegalStateException("Buffer " + name + " is of format " + version
                        + ", which this version does not know: run the version that wrote it.");
            }
            streamTime = read.getLong();
            count = read.getLong();
            size = read.getLong();
        }
        Place first = first(0);
        earliest = first == null ? Long.MAX_VALUE : first.time();
    }

    @Override
    public String name() {
        return name;
    }

    /** Takes notice of a change's timestamp. Returns the highest so far. */
    long advance(long timestamp) {
        streamTime = Math.max(streamTime, timestamp);
        return streamTime;
    }

    /** How many changes are in here. */
    long count() {
        return count;
    }

    /** How many bytes they take. */
    long size() {
        return size;
    }

    /** The time of the earliest; {@link Long#MAX_VALUE} if there is none. */
    long earliest() {
        return earliest;
    }

    /** The change of a key; {@code null} if there is none. */
    @Nullable
    BufferedChange get(byte[] key) {
        byte[] time = bytes.get(byKey(key));
        return time == null ? null : get(new Place(ByteBuffer.wrap(time).getLong(), key));
    }

    BufferedChange get(Place place) {
        return BufferedChange.of(Objects.requireNonNull(bytes.get(byTime(place.time(), place.key()))));
    }

    /** Puts a change in, at its time or where the last one of its key was. What had been before that one is what is before this one. */
    void put(long time, byte[] key, BufferedChange change) {
        byte[] place = byKey(key);
        byte[] since = bytes.get(place);
        BufferedChange kept = change;
        long at = time;
        if (since == null) {
            bytes.put(place, ByteBuffer.allocate(Long.BYTES).putLong(time).array());
            count++;
            earliest = Math.min(earliest, time);
        } else {
            at = ByteBuffer.wrap(since).getLong();
            byte[] replaced = Objects.requireNonNull(bytes.get(byTime(at, key)));
            size -= size(key, replaced);
            byte[] before = BufferedChange.of(replaced).before();
            kept = new BufferedChange(change.timestamp(), change.headers(), before, change.now());
        }
        byte[] value = kept.toBytes();
        bytes.put(byTime(at, key), value);
        size += size(key, value);
    }

    /** The earliest; {@code null} if there is none. */
    @Nullable
    Place first() {
        return count == 0 ? null : first(earliest);
    }

    private @Nullable Place first(long from) {
        try (Entries<byte[], byte[]> entries = bytes.range(byTime(from, new byte[0]), BEHIND)) {
            if (!entries.hasNext()) {
                return null;
            }
            KeyValue<byte[], byte[]> entry = entries.next();
            ByteBuffer read =
                    ByteBuffer.wrap(Objects.requireNonNull(entry.key())).position(1);
            long time = read.getLong();
            byte[] key = new byte[read.remaining()];
            read.get(key);
            return new Place(time, key);
        }
    }

    /** Takes the earliest out. */
    void remove(Place first) {
        byte[] place = byTime(first.time(), first.key());
        size -= size(first.key(), Objects.requireNonNull(bytes.get(place)));
        count--;
        bytes.put(place, null);
        bytes.put(byKey(first.key()), null);
        Place next = first(first.time());
        earliest = next == null ? Long.MAX_VALUE : next.time();
    }

    /** Keeps what is known of the whole; to be called when a record's changes have been made. */
    void save() {
        ByteBuffer head = ByteBuffer.allocate(1 + 3 * Long.BYTES).put(VERSION).putLong(streamTime);
        bytes.put(HEAD, head.putLong(count).putLong(size).array());
    }

    private static long size(byte[] key, byte[] value) {
        return OVERHEAD_BYTES + 2L * key.length + value.length;
    }

    private static byte[] byKey(byte[] key) {
        return ByteBuffer.allocate(1 + key.length).put(BY_KEY).put(key).array();
    }

    private static byte[] byTime(long time, byte[] key) {
        return ByteBuffer.allocate(1 + Long.BYTES + key.length)
                .put(BY_TIME)
                .putLong(time)
                .put(key)
                .array();
    }
}
