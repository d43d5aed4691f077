package io.tailrace.streams.query;

import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import org.jspecify.annotations.Nullable;

/** Bytes for a store that is looked at only. */
record UnchangingBytes(ReadOnlyBytesStore bytes) implements BytesStore {
    @Override
    public byte @Nullable [] get(byte[] key) {
        return bytes.get(key);
    }

    @Override
    public Entries<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to) {
        return bytes.range(from, to);
    }

    @Override
    public Entries<byte[], byte[]> reverseRange(byte @Nullable [] from, byte @Nullable [] to) {
        return bytes.reverseRange(from, to);
    }

    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        throw new UnsupportedOperationException("A query changes nothing.");
    }

    @Override
    public void close() {
        // Not ours.
    }
}
