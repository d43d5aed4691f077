package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/** Bytes under bytes, in the unsigned order of the keys. What is handed in and out is not copied and must not be changed. */
public interface BytesStore extends AutoCloseable {
    /** The value of a key; {@code null} if there is none. */
    byte @Nullable [] get(byte[] key);

    /** Sets the value of a key; {@code null} takes it away. */
    void put(byte[] key, byte @Nullable [] value);

    /**
     * The entries from a key on up to, and without, another. What is put meanwhile may be seen or not.
     *
     * @param from {@code null}: from the first
     * @param to {@code null}: to the last
     */
    Entries<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to);

    /** The same, the last first. */
    Entries<byte[], byte[]> reverseRange(byte @Nullable [] from, byte @Nullable [] to);

    @Override
    void close();
}
