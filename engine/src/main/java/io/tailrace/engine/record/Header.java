package io.tailrace.engine.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A named value beside a record's key and value. The name may occur more than once in a record, the value may be null. Immutable. */
public final class Header {
    private final String name;
    private final byte @Nullable [] value;

    private Header(String name, byte @Nullable [] value) {
        this.name = Objects.requireNonNull(name, "name");
        this.value = value;
    }

    /** A header with a copy of those bytes, or with a null value. */
    public static Header of(String name, byte @Nullable [] value) {
        return new Header(name, value == null ? null : value.clone());
    }

    /** A header whose value is that text in UTF-8. */
    public static Header of(String name, String value) {
        return new Header(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A header that takes the array as it is: for those who have just made it. */
    static Header owning(String name, byte @Nullable [] value) {
        return new Header(name, value);
    }

    /** The name, possibly empty. */
    public String name() {
        return name;
    }

    /** A read-only view of the value, or null. */
    public @Nullable ByteBuffer value() {
        return value == null ? null : ByteBuffer.wrap(value).asReadOnlyBuffer();
    }

    /** A copy of the value, or null. */
    public byte @Nullable [] valueBytes() {
        return value == null ? null : value.clone();
    }

    /** The value read as UTF-8, or null. */
    public @Nullable String valueString() {
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    byte @Nullable [] rawValue() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Header that && name.equals(that.name) && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return name + (value == null ? "=null" : "=" + value.length + " bytes");
    }
}
