package io.tailrace.streams.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes as a key of a hash map. They are not copied and must not be changed. */
public final class ByteKey {
    private final byte[] bytes;
    private final int hash;

    /** Those bytes. */
    public ByteKey(byte[] bytes) {
        this.bytes = bytes;
        // A factor that is not small, so that keys which differ in their last bytes only do not lie side by side.
        int mixed = Arrays.hashCode(bytes) * 0x9E3779B9;
        this.hash = mixed ^ (mixed >>> 16);
    }

    /** The bytes themselves. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ByteKey that && hash == that.hash && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(bytes);
    }
}
