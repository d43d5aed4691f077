package io.tailrace.engine.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of a record's headers: their count, then for each the length of its name, the name in UTF-8, the length of its value
 * (-1 for null) and the value; all lengths are zigzag varints.
 */
final class HeaderFormat {
    /** The bytes of a header with empty name and empty value. */
    private static final int MIN_HEADER_BYTES = 2;

    private HeaderFormat() {}

    /** Reads headers from the cursor to its limit, which they must reach exactly. */
    static Headers read(ByteCursor in) {
        int count = readCount(in);
        if (count == 0) {
            return Headers.EMPTY;
        }
        Header[] headers = new Header[count];
        for (int i = 0; i < count; i++) {
            int nameSize = skipName(in);
            String name = new String(in.array, in.position - nameSize, nameSize, StandardCharsets.UTF_8);
            int valueSize = in.readVarint();
            int valueAt = in.position;
            in.skipNullable(valueSize);
            byte[] value = valueSize < 0 ? null : Arrays.copyOfRange(in.array, valueAt, valueAt + valueSize);
            headers[i] = Header.owning(name, value);
        }
        ensureAtLimit(in);
        return Headers.of(headers);
    }

    /** Steps over headers, checking all that {@link #read} checks, without making them. */
    static void check(ByteCursor in) {
        int count = readCount(in);
        for (int i = 0; i < count; i++) {
            skipName(in);
            in.skipNullable(in.readVarint());
        }
        ensureAtLimit(in);
    }

    private static int readCount(ByteCursor in) {
        int count = in.readVarint();
        // The count decides how much is allocated, so it must be believable before it is believed.
        if (count < 0 || count > (in.limit - in.position) / MIN_HEADER_BYTES) {
            throw RecordBatch.corrupt(
                    "a record claims " + count + " headers in " + (in.limit - in.position) + " bytes");
        }
        return count;
    }

    private static int skipName(ByteCursor in) {
        int size = in.readVarint();
        if (size < 0) {
            throw RecordBatch.corrupt("a header in it has no name");
        }
        in.skipNullable(size);
        return size;
    }

    private static void ensureAtLimit(ByteCursor in) {
        if (in.position != in.limit) {
            throw RecordBatch.corrupt("a record has " + (in.limit - in.position) + " bytes behind its headers");
        }
    }

    /** How many bytes {@link #write} takes; a long, so that no sum can overflow. */
    static long sizeOf(Headers headers) {
        long size = Varint.sizeOf(headers.size());
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            int nameSize = utf8Size(header.name());
            byte[] value = header.rawValue();
            size += Varint.sizeOf(nameSize) + (long) nameSize;
            size += value == null ? 1 : Varint.sizeOf(value.length) + (long) value.length;
        }
        return size;
    }

    /** Writes the headers and returns the position after them; the room must be there. */
    static int write(byte[] target, int position, Headers headers) {
        int at = Varint.write(target, position, headers.size());
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            byte[] name = header.name().getBytes(StandardCharsets.UTF_8);
            at = Varint.write(target, at, name.length);
            System.arraycopy(name, 0, target, at, name.length);
            at += name.length;
            byte[] value = header.rawValue();
            if (value == null) {
                at = Varint.write(target, at, -1);
            } else {
                at = Varint.write(target, at, value.length);
                System.arraycopy(value, 0, target, at, value.length);
                at += value.length;
            }
        }
        return at;
    }

    /** The length of {@code getBytes(UTF_8)}, whose stand-in for an unpaired surrogate is one byte, without making the bytes. */
    static int utf8Size(String text) {
        int size = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                continue;
            }
            if (c < 0x800) {
                size += 1;
            } else if (!Character.isSurrogate(c)) {
                size += 2;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                size += 2;
                i++;
            }
        }
        return size;
    }
}
