package io.tailrace.cli;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Text of foreign bytes that cannot do anything to a terminal: what is not printable is escaped. */
final class Escaped {
    private Escaped() {}

    /** At most that many characters of it, with {@code ...} behind if there is more. */
    static String text(String text, int maxChars) {
        StringBuilder escaped = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            String piece = piece(codePoint);
            if (escaped.length() + piece.length() > maxChars) {
                return escaped.append("...").toString();
            }
            escaped.append(piece);
            at += Character.charCount(codePoint);
        }
        return escaped.toString();
    }

    /** The same for bytes that are probably UTF-8; what is not becomes the replacement character. */
    static String bytes(ByteBuffer bytes, int maxChars) {
        // Four bytes are the longest character: no need to look at a whole megabyte for a preview.
        int some = (int) Math.min(bytes.remaining(), maxChars * 4L + 4);
        byte[] copy = new byte[some];
        bytes.get(bytes.position(), copy);
        return text(new String(copy, StandardCharsets.UTF_8), maxChars);
    }

    private static String piece(int codePoint) {
        return switch (codePoint) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\\' -> "\\\\";
            default -> {
                int type = Character.getType(codePoint);
                boolean unsafe = Character.isISOControl(codePoint)
                        || type == Character.FORMAT
                        || type == Character.SURROGATE
                        || type == Character.PRIVATE_USE
                        || type == Character.UNASSIGNED
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR;
                yield unsafe ? String.format("\\u%04X", codePoint) : Character.toString(codePoint);
            }
        };
    }
}
