package io.tailrace.streams.dsl;

import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change that is kept back, as bytes:
 *
 * <pre>
 * timestamp (8), number of headers (4), [length of name (4), name, value]..., value before, value now
 * </pre>
 *
 * Values have their length before them in 4 bytes, -1 for none.
 *
 * @param before what the key's value was before all changes that are kept back; {@code null}: it had none
 * @param now what it is; {@code null}: it has none
 */
@SuppressWarnings("ArrayRecordComponent") // A holder on the way to the store and back, never compared.
record BufferedChange(long timestamp, Headers headers, byte @Nullable [] before, byte @Nullable [] now) {
    private static final int NONE = -1;

    byte[] toBytes() {
        List<byte[]> names = new ArrayList<>(headers.size());
        List<byte @Nullable []> values = new ArrayList<>(headers.size());
        int length = Long.BYTES + Integer.BYTES + size(before) + size(now);
        for (Header header : headers) {
            byte[] name = header.name().getBytes(StandardCharsets.UTF_8);
            byte[] value = header.valueBytes();
            names.add(name);
            values.add(value);
            length += size(name) + size(value);
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).putLong(timestamp).putInt(names.size());
        for (int i = 0; i < names.size(); i++) {
            put(bytes, names.get(i));
            put(bytes, values.get(i));
        }
        put(bytes, before);
        put(bytes, now);
        return bytes.array();
    }

    static BufferedChange of(byte[] bytes) {
        ByteBuffer read = ByteBuffer.wrap(bytes);
        long timestamp = read.getLong();
        int count = read.getInt();
        Headers headers = Headers.EMPTY;
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[read.getInt()];
            read.get(name);
            headers = headers.with(new String(name, StandardCharsets.UTF_8), get(read));
        }
        byte[] before = get(read);
        return new BufferedChange(timestamp, headers, before, get(read));
    }

    private static int size(byte @Nullable [] value) {
        return Integer.BYTES + (value == null ? 0 : value.length);
    }

    private static void put(ByteBuffer bytes, byte @Nullable [] value) {
        if (value == null) {
            bytes.putInt(NONE);
        } else {
            bytes.putInt(value.length).put(value);
        }
    }

    private static byte @Nullable [] get(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length == NONE) {
            return null;
        }
        byte[] value = new byte[length];
        bytes.get(value);
        return value;
    }
}
