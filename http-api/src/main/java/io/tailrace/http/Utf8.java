package io.tailrace.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whether bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF). */
final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    static boolean isValid(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            at = skipAscii(bytes, at, to);
            if (at < to) {
                int length = sequenceAt(bytes, at, to);
                if (length == 0) {
                    return false;
                }
                at += length;
            }
        }
        return true;
    }

    /** Refuses, with MALFORMED_REQUEST, what is no text that JSON may stand in. */
    static void require(byte[] bytes, int from, int to) {
        if (!isValid(bytes, from, to)) {
            throw Json.malformed("The JSON is not UTF-8: encode it so, and binary data in base64.");
        }
        // JSON has no NUL, and one would have the parser take the text for UTF-16 or UTF-32.
        for (int i = from; i < Math.min(to, from + 4); i++) {
            if (bytes[i] == 0) {
                throw Json.malformed("The JSON begins with a NUL: encode it in UTF-8.");
            }
        }
    }

    private static int skipAscii(byte[] bytes, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
            at += Long.BYTES;
        }
        while (at < to && bytes[at] >= 0) {
            at++;
        }
        return at;
    }

    /** The length of the well-formed sequence there, 0 if it is none. */
    private static int sequenceAt(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xFF;
        if (first >= 0xC2 && first <= 0xDF) {
            return isTail(bytes, at + 1, to) ? 2 : 0;
        }
        if (first >= 0xE0 && first <= 0xEF) {
            boolean tails = isTail(bytes, at + 1, to) && isTail(bytes, at + 2, to);
            if (!tails) {
                return 0;
            }
            int second = bytes[at + 1] & 0xFF;
            boolean overlong = first == 0xE0 && second < 0xA0;
            boolean surrogate = first == 0xED && second >= 0xA0;
            return overlong || surrogate ? 0 : 3;
        }
        if (first >= 0xF0 && first <= 0xF4) {
            boolean tails = isTail(bytes, at + 1, to) && isTail(bytes, at + 2, to) && isTail(bytes, at + 3, to);
            if (!tails) {
                return 0;
            }
            int second = bytes[at + 1] & 0xFF;
            boolean overlong = first == 0xF0 && second < 0x90;
            boolean beyond = first == 0xF4 && second >= 0x90;
            return overlong || beyond ? 0 : 4;
        }
        return 0;
    }

    private static boolean isTail(byte[] bytes, int at, int to) {
        return at < to && (bytes[at] & 0xC0) == 0x80;
    }
}
