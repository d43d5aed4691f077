package io.tailrace.streams.state;

import org.jspecify.annotations.Nullable;

/** Bytes under bytes, in the unsigned order of the keys, to be looked up. What is handed in and out is not copied and must not be changed. */
public interface ReadOnlyBytesStore {
    /** The value of a key; {@code null} if there is none. */
    byte @Nullable [] get(byte[] key);

    /**
     * The entries from a key on up to, and without, another. What is put meanwhile may be seen or not.
     *
     * @param from {@code null}: from the first
     * @param to {@code null}: to the last
     */
    Entries<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to);

    /** The same, the last first. */
    Entries<byte[], byte[]> reverseRange(byte @Nullable [] from, byte @Nullable [] to);
}
