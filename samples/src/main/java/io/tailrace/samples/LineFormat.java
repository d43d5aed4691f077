package io.tailrace.samples;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How to read the lines of a file: what decides a line's partition, and what it says. The line itself is never changed; a line
 * that does not fit the format is counted all the same.
 */
public interface LineFormat {
    /** For people: what was recognised and what is counted, such as {@code access log, counted by status}. */
    String description();

    /** What the groups are, as a column's title: {@code status}. */
    String groupTitle();

    /** What the amounts are, as a column's title: {@code bytes sent}. */
    String amountTitle();

    /** How long the windows of a count should be, in milliseconds. */
    long windowMillis();

    /** The key under which a line is stored; lines of the same key keep their order. */
    String key(String line);

    /**
     * What a line says.
     *
     * @param readMillis when it was read, milliseconds since 1970: its time if it does not say one itself
     * @param bytes the line's length
     */
    Observation observe(String line, long readMillis, int bytes);

    /**
     * Recognises the format of a file by its first lines. Everything is a format: what is neither an access log nor a table is
     * counted by its first word.
     */
    static LineFormat detect(List<byte[]> firstLines) {
        List<String> lines = firstLines.stream().map(LineFormat::text).toList();
        long accesses =
                lines.stream().filter(line -> AccessLogLine.parse(line) != null).count();
        if (accesses > 0 && accesses * 2 >= lines.size()) {
            return new AccessLogFormat();
        }
        return DelimitedFormat.detect(lines);
    }

    /** A line's text: UTF-8, what is not valid replaced, and without the carriage return of a line from Windows. */
    static String text(byte[] line) {
        int length = line.length;
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }
}
