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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * How far windows have come: the highest time that has been seen, and, if they are told when they close, which have not been told. A window that has been told is not in here, so none is told twice or
 * not at all, also after a restart. Format 1:
 *
 * <pre>
 * 0, number of the input (4)  -> version 1 (1 byte), the time seen there (8)
 * 1, start (8), key           -> nothing: a window that has not been told
 * </pre>
 */
final class WindowProgress<K> implements StateStore {
    /** Who is shown windows that have closed. */
    interface Closed<K> {
        void tell(K key, long windowStart);
    }

    private static final byte TIME = 0;
    private static final byte OPEN = 1;
    private static final byte VERSION = 1;
    private static final byte[] NOTHING = {};
    private static final int OPEN_PREFIX_BYTES = 1 + Long.BYTES;
    /** So many keys are held at once, however many windows close with one record. */
    private static final int CLOSED_AT_ONCE = 256;

    private final String name;
    private final BytesStore bytes;
    private final Serde<K> keys;
    private long[] times = {-1};
    /** No window that starts before has not been told. */
    private long earliestOpen;

    private WindowProgress(String name, BytesStore bytes, Serde<K> keys) {
        this.name = name;
        this.bytes = bytes;
        this.keys = keys;
        try (Entries<byte[], byte[]> entries = bytes.range(new byte[] {TIME}, new byte[] {OPEN})) {
            entries.forEachRemaining(this::restore);
        }
    }

    static <K> StoreBuilder<WindowProgress<K>> builder(String name, Serde<K> keys) {
        return new StoreBuilder<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public WindowProgress<K> build(StoreHost host) {
                return new WindowProgress<>(name, host.bytes(name), keys);
            }
        };
    }

    private void restore(KeyValue<byte[], byte[]> entry) {
        ByteBuffer time = ByteBuffer.wrap(Objects.requireNonNull(entry.value()));
        byte version = time.get();
        if (version != VERSION) {
            throw new IllegalStateException("Store " + name + " of windows is of format " + version
                    + ", which this version does not know: run the version that wrote it.");
        }
        int input = ByteBuffer.wrap(Objects.requireNonNull(entry.key())).getInt(1);
        room(input);
        times[input] = time.getLong();
    }

    private void room(int input) {
        if (input >= times.length) {
            int before = times.length;
            times = Arrays.copyOf(times, input + 1);
            Arrays.fill(times, before, times.length, -1);
        }
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * Takes notice of a record's timestamp. Returns the highest of that input so far.
     *
     * @param input from 0
     */
    long advance(int input, long timestamp) {
        room(input);
        if (timestamp > times[input]) {
            times[input] = timestamp;
            bytes.put(
                    ByteBuffer.allocate(1 + Integer.BYTES)
                            .put(TIME)
                            .putInt(input)
                            .array(),
                    ByteBuffer.allocate(1 + Long.BYTES)
                            .put(VERSION)
                            .putLong(timestamp)
                            .array());
        }
        return times[input];
    }

    /** A window has to be told when it closes. */
    void opened(K key, long windowStart) {
        byte[] keyBytes = keys.serialize(name, key);
        ByteBuffer open = ByteBuffer.allocate(OPEN_PREFIX_BYTES + keyBytes.length);
        bytes.put(open.put(OPEN).putLong(windowStart).put(keyBytes).array(), NOTHING);
        earliestOpen = Math.min(earliestOpen, windowStart);
    }

    /** Shows the windows that start then or earlier, and have not been shown yet, by their start and the bytes of their key. */
    void close(long latestStart, Closed<K> closed) {
        byte[] from = {OPEN};
        while (earliestOpen <= latestStart) {
            List<byte[]> next = closedFrom(from, latestStart);
            for (byte[] open : next) {
                ByteBuffer read = ByteBuffer.wrap(open).position(1);
                long start = read.getLong();
                closed.tell(keys.deserialize(name, read.slice()), start);
                bytes.put(open, null);
                from = open;
            }
        }
    }

    /** The next that have closed, and the start of the one behind them. */
    private List<byte[]> closedFrom(byte[] from, long latestStart) {
        List<byte[]> next = new ArrayList<>();
        long behind = Long.MAX_VALUE;
        try (Entries<byte[], byte[]> entries = bytes.range(from, null)) {
            while (behind == Long.MAX_VALUE && entries.hasNext()) {
                byte[] open = Objects.requireNonNull(entries.next().key());
                long start = ByteBuffer.wrap(open).getLong(1);
                if (start > latestStart || next.size() == CLOSED_AT_ONCE) {
                    behind = start;
                } else {
                    next.add(open);
                }
            }
        }
        earliestOpen = behind;
        return next;
    }
}
