package io.tailrace.streams.dsl;

import io.tailrace.streams.Serde;
import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.state.StoreBuilder;
import io.tailrace.streams.state.StoreHost;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What the two sides of a left or outer join share: the time that either has seen, and the records that have met none of the other side so far, by timestamp, then
 * side, then key. It holds none for longer than their windows are open and some more comes in. Format 1:
 *
 * <pre>
 * 0                                           -> version 1 (1 byte), stream time (8), time before which there is nothing (8)
 * 1, timestamp (8), 1 of the left or 0, key   -> length of a value (4), value, and so on: all of that key and time, in their order
 * </pre>
 */
final class UnjoinedStore<K> implements StateStore {
    /** The records of a side with the same key and time. */
    record Unjoined<K>(K key, long timestamp, boolean ofLeft, List<?> values) {}

    /** The time before which there is nothing if there is nothing at all. */
    static final long NEVER = Long.MAX_VALUE;

    private static final byte[] HEAD = {0};
    private static final byte VERSION = 1;
    private static final byte ENTRY = 1;
    private static final int PREFIX_BYTES = 1 + Long.BYTES + 1;

    private final String name;
    private final BytesStore bytes;
    private final Serde<K> keys;
    private final Serde<Object> lefts;
    private final Serde<Object> rights;
    private long streamTime = -1;
    private long nothingBefore = NEVER;

    private UnjoinedStore(String name, BytesStore bytes, Serde<K> keys, Serde<Object> lefts, Serde<Object> rights) {
        this.name = name;
        this.bytes = bytes;
        this.keys = keys;
        this.lefts = lefts;
        this.rights = rights;
        byte[] head = bytes.get(HEAD);
        if (head != null) {
            ByteBuffer read = ByteBuffer.wrap(head);
            byte version = read.get();
            if (version != VERSION) {
                throw new IllegalStateException("Store " + name + " of a join is of format " + version
                        + ", which this version does not know: run the version that wrote it.");
            }
            streamTime = read.getLong();
            nothingBefore = read.getLong();
        }
    }

    @SuppressWarnings("unchecked") // Each value is written and read with the serde of its side.
    static <K> StoreBuilder<UnjoinedStore<K>> builder(String name, Serde<K> keys, Serde<?> lefts, Serde<?> rights) {
        return new StoreBuilder<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public UnjoinedStore<K> build(StoreHost host) {
                return new UnjoinedStore<>(
                        name, host.bytes(name), keys, (Serde<Object>) lefts, (Serde<Object>) rights);
            }
        };
    }

    @Override
    public String name() {
        return name;
    }

    /** The highest timestamp of both sides so far, -1 before the first. */
    long streamTime() {
        return streamTime;
    }

    void advance(long timestamp) {
        if (timestamp > streamTime) {
            streamTime = timestamp;
            writeHead();
        }
    }

    /** There is nothing with an earlier timestamp that would have to be told already; {@link #NEVER} if there is nothing. */
    long nothingBefore() {
        return nothingBefore;
    }

    void nothingBefore(long timestamp) {
        if (timestamp != nothingBefore) {
            nothingBefore = timestamp;
            writeHead();
        }
    }

    private void writeHead() {
        bytes.put(
                HEAD,
                ByteBuffer.allocate(1 + 2 * Long.BYTES)
                        .put(VERSION)
                        .putLong(streamTime)
                        .putLong(nothingBefore)
                        .array());
    }

    /** Takes one more. */
    void add(K key, long timestamp, boolean ofLeft, Object value) {
        byte[] entry = entry(key, timestamp, ofLeft);
        byte[] before = bytes.get(entry);
        byte[] added = (ofLeft ? lefts : rights).serialize(name, value);
        int length = before == null ? 0 : before.length;
        ByteBuffer all = ByteBuffer.allocate(length + Integer.BYTES + added.length);
        if (before != null) {
            all.put(before);
        }
        bytes.put(entry, all.putInt(added.length).put(added).array());
        nothingBefore(Math.min(nothingBefore, timestamp));
    }

    /** Takes away all of that key, time and side, if there are any. */
    void remove(K key, long timestamp, boolean ofLeft) {
        byte[] entry = entry(key, timestamp, ofLeft);
        if (bytes.get(entry) != null) {
            bytes.put(entry, null);
        }
    }

    private byte[] entry(K key, long timestamp, boolean ofLeft) {
        byte[] keyBytes = keys.serialize(name, Objects.requireNonNull(key, "key"));
        return ByteBuffer.allocate(PREFIX_BYTES + keyBytes.length)
                .put(ENTRY)
                .putLong(timestamp)
                .put((byte) (ofLeft ? 1 : 0))
                .put(keyBytes)
                .array();
    }

    /** Shows all in their order until the visitor has seen enough, which it says with {@code false}. It may take away what it is shown. */
    void visit(Predicate<Unjoined<K>> visitor) {
        try (Entries<byte[], byte[]> entries = bytes.range(new byte[] {ENTRY}, null)) {
            boolean more = true;
            while (more && entries.hasNext()) {
                KeyValue<byte[], byte[]> entry = entries.next();
                more = visitor.test(
                        unjoined(Objects.requireNonNull(entry.key()), Objects.requireNonNull(entry.value())));
            }
        }
    }

    private Unjoined<K> unjoined(byte[] entry, byte[] all) {
        ByteBuffer read = ByteBuffer.wrap(entry);
        read.get();
        long timestamp = read.getLong();
        boolean ofLeft = read.get() == 1;
        return new Unjoined<>(keys.deserialize(name, read.slice()), timestamp, ofLeft, values(ofLeft, all));
    }

    private List<Object> values(boolean ofLeft, byte[] all) {
        Serde<Object> serde = ofLeft ? lefts : rights;
        List<Object> values = new ArrayList<>(1);
        ByteBuffer read = ByteBuffer.wrap(all);
        while (read.hasRemaining()) {
            int length = read.getInt();
            values.add(serde.deserialize(name, read.slice(read.position(), length)));
            read.position(read.position() + length);
        }
        return values;
    }
}
