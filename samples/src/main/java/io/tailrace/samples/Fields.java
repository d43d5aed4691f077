package io.tailrace.samples;

/** Finds fields in a line. A field in double quotes may hold the delimiter; a quote within is doubled (RFC 4180). */
final class Fields {
    private static final char QUOTE = '"';

    private Fields() {}

    static int count(String line, char delimiter) {
        int count = 1;
        for (int at = end(line, delimiter, 0); at < line.length(); at = end(line, delimiter, at + 1)) {
            count++;
        }
        return count;
    }

    /** The field without its quotes and the blanks around it; empty if the line has fewer. */
    static String field(String line, char delimiter, int column) {
        String text = delimiter == ' ' ? line.strip() : line;
        int start = 0;
        for (int i = 0; i < column; i++) {
            start = end(text, delimiter, start) + 1;
            if (start > text.length()) {
                return "";
            }
        }
        String field = text.substring(start, end(text, delimiter, start)).strip();
        boolean quoted = field.length() > 1 && field.charAt(0) == QUOTE && field.endsWith("\"");
        return quoted ? field.substring(1, field.length() - 1).replace("\"\"", "\"") : field;
    }

    /** Where the field that begins there ends. */
    private static int end(String line, char delimiter, int start) {
        boolean quoted = delimiter != ' ' && start < line.length() && line.charAt(start) == QUOTE;
        int at = start;
        if (quoted) {
            at = closing(line, start + 1);
        }
        int end = line.indexOf(delimiter, at);
        return end < 0 ? line.length() : end;
    }

    private static int closing(String line, int from) {
        int at = line.indexOf(QUOTE, from);
        while (at >= 0 && at + 1 < line.length() && line.charAt(at + 1) == QUOTE) {
            at = line.indexOf(QUOTE, at + 2);
        }
        return at < 0 ? from : at;
    }
}
