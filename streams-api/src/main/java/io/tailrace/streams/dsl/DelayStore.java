package io.tailrace.streams.dsl;

import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.streams.Serde;
import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.state.StoreBuilder;
import io.tailrace.streams.state.StoreHost;
import io.tailrace.streams.topology.StreamRecord;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records that wait, the one with the earliest timestamp first, of the same timestamp the one that came first. Format 1, where what is counted by -1 is
 * absent:
 *
 * <pre>
 * 0                             -> version 1 (1 byte), how many wait (4), number of the one that came last (8)
 * 1, timestamp (8), number (8)  -> length of key (4), key, length of value (4), value, number of headers (4), of each: length of name (4), name, length of value (4), value
 * </pre>
 */
final class DelayStore<K, V> implements StateStore {
    /** The earliest timestamp if there is none. */
    static final long NONE = Long.MAX_VALUE;

    private static final byte[] HEAD = {0};
    private static final byte VERSION = 1;
    private static final byte ENTRY = 1;
    private static final int ENTRY_BYTES = 1 + 2 * Long.BYTES;

    private final String name;
    private final BytesStore bytes;
    private final Serde<K> keys;
    private final Serde<V> values;
    private int count;
    private long number;
    /** Beginning there passes over what has gone and is not cleaned up yet. */
    private long earliest;

    private DelayStore(String name, BytesStore bytes, Serde<K> keys, Serde<V> values) {
        this.name = name;
        this.bytes = bytes;
        this.keys = keys;
        this.values = values;
        byte[] head = bytes.get(HEAD);
        if (head != null) {
            ByteBuffer read = ByteBuffer.wrap(head);
            byte version = read.get();
            if (version != VERSION) {
                throw new IllegalStateException("Store " + name + " of delayed records is of format " + version
                        + ", which this version does not know: run the version that wrote it.");
            }
            count = read.getInt();
            number = read.getLong();
        }
        earliest = first(0);
    }

    static <K, V> StoreBuilder<DelayStore<K, V>> builder(String name, Serde<K> keys, Serde<V> values) {
        return new StoreBuilder<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public DelayStore<K, V> build(StoreHost host) {
                return new DelayStore<>(name, host.bytes(name), keys, values);
            }
        };
    }

    @Override
    public String name() {
        return name;
    }

    /** How many wait. */
    int count() {
        return count;
    }

    /** The earliest timestamp of those that wait; {@link #NONE} if none does. */
    long earliest() {
        return earliest;
    }

    private long first(long from) {
        try (Entries<byte[], byte[]> entries = bytes.range(entry(from, 0), null)) {
            return entries.hasNext() ? timestamp(Objects.requireNonNull(entries.next().key())) : NONE;
        }
    }

    /** Takes one more. */
    void add(StreamRecord<K, V> record) {
        count++;
        number++;
        bytes.put(entry(record.timestamp(), number), written(record));
        putHead();
        earliest = Math.min(earliest, record.timestamp());
    }

    /** Takes the first ones out, so many at most, and only such whose timestamps are not later than that. */
    List<StreamRecord<K, V>> take(int atMost, long upTo) {
        if (earliest > upTo || earliest == NONE) {
            return List.of();
        }
        List<byte[]> gone = new ArrayList<>();
        List<StreamRecord<K, V>> taken = new ArrayList<>();
        try (Entries<byte[], byte[]> entries = bytes.range(entry(earliest, 0), null)) {
            while (taken.size() < atMost && entries.hasNext()) {
                KeyValue<byte[], byte[]> entry = entries.next();
                byte[] key = Objects.requireNonNull(entry.key());
                if (timestamp(key) > upTo) {
                    break;
                }
                gone.add(key);
                taken.add(read(timestamp(key), ByteBuffer.wrap(Objects.requireNonNull(entry.value()))));
            }
        }
        gone.forEach(key -> bytes.put(key, null));
        count -= gone.size();
        putHead();
        earliest = first(earliest);
        return taken;
    }

    private void putHead() {
        bytes.put(
                HEAD,
                ByteBuffer.allocate(1 + Integer.BYTES + Long.BYTES)
                        .put(VERSION)
                        .putInt(count)
                        .putLong(number)
                        .array());
    }

    private static byte[] entry(long timestamp, long number) {
        return ByteBuffer.allocate(ENTRY_BYTES)
                .put(ENTRY)
                .putLong(timestamp)
                .putLong(number)
                .array();
    }

    private static long timestamp(byte[] entry) {
        return ByteBuffer.wrap(entry).getLong(1);
    }

    private byte[] written(StreamRecord<K, V> record) {
        ByteArrayOutputStream buffer = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(buffer)) {
            K key = record.key();
            V value = record.value();
            write(out, key == null ? null : keys.serialize(name, key));
            write(out, value == null ? null : values.serialize(name, value));
            out.writeInt(record.headers().size());
            for (Header header : record.headers()) {
                write(out, header.name().getBytes(StandardCharsets.UTF_8));
                write(out, header.valueBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.toByteArray();
    }

    private static void write(DataOutputStream out, byte @Nullable [] part) throws IOException {
        out.writeInt(part == null ? -1 : part.length);
        if (part != null) {
            out.write(part);
        }
    }

    private StreamRecord<K, V> read(long timestamp, ByteBuffer written) {
        ByteBuffer key = part(written);
        ByteBuffer value = part(written);
        List<Header> headers = new ArrayList<>();
        for (int left = written.getInt(); left > 0; left--) {
            String header = StandardCharsets.UTF_8.decode(Objects.requireNonNull(part(written))).toString();
            ByteBuffer headerValue = part(written);
            headers.add(Header.of(header, headerValue == null ? null : bytes(headerValue)));
        }
        return new StreamRecord<>(
                key == null ? null : keys.deserialize(name, key),
                value == null ? null : values.deserialize(name, value),
                timestamp,
                Headers.of(headers));
    }

    private static @Nullable ByteBuffer part(ByteBuffer written) {
        int length = written.getInt();
        if (length < 0) {
            return null;
        }
        ByteBuffer part = written.slice(written.position(), length);
        written.position(written.position() + length);
        return part;
    }

    private static byte[] bytes(ByteBuffer part) {
        byte[] copy = new byte[part.remaining()];
        part.get(copy);
        return copy;
    }
}
