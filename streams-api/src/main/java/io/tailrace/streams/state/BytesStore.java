package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/** Bytes under bytes that can be changed. What is handed in and out is not copied and must not be changed. */
public interface BytesStore extends ReadOnlyBytesStore, AutoCloseable {
    /** Sets the value of a key; {@code null} takes it away. */
    void put(byte[] key, byte @Nullable [] value);

    @Override
    void close();
}
