package io.tailrace.samples;

import io.tailrace.streams.ConsumerRecord;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line of a web server's access log, in the common or the combined format:
 *
 * <pre>host ident user [17/May/2015:10:05:03 +0000] "GET /path HTTP/1.1" 200 203023 "referrer" "user agent"</pre>
 *
 * @param host who asked
 * @param timeMillis when, milliseconds since 1970
 * @param request the request line
 * @param status the answer's status, 100 to 599
 * @param bytes of the answer's body, 0 for a dash
 * @param referrer where the link was; {@code null} for a dash, or if the line does not say
 */
public record AccessLogLine(
        String host,
        long timeMillis,
        String request,
        int status,
        long bytes,
        @Nullable String referrer) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH);

    /** The parts of a line, or {@code null} if it is not of this format. Takes time in proportion to the line, whatever is in it. */
    public static @Nullable AccessLogLine parse(String line) {
        int hostEnd = line.indexOf(' ');
        int timeStart = line.indexOf('[');
        int timeEnd = line.indexOf(']', timeStart + 1);
        if (hostEnd < 1 || timeStart < hostEnd || timeEnd < 0 || !line.startsWith("] \"", timeEnd)) {
            return null;
        }
        int requestStart = timeEnd + 3;
        int requestEnd = closingQuote(line, requestStart);
        if (requestEnd < 0 || !line.startsWith("\" ", requestEnd)) {
            return null;
        }
        int statusStart = requestEnd + 2;
        int statusEnd = wordEnd(line, statusStart);
        int bytesStart = Math.min(statusEnd + 1, line.length());
        int bytesEnd = wordEnd(line, bytesStart);
        try {
            long time = TIME.parse(line.substring(timeStart + 1, timeEnd), Instant::from)
                    .toEpochMilli();
            int status = Integer.parseInt(line, statusStart, statusEnd, 10);
            if (status < 100 || status > 599 || bytesStart == bytesEnd || time < 0) {
                return null;
            }
            String size = line.substring(bytesStart, bytesEnd);
            long bytes = size.equals("-") ? 0 : Long.parseLong(size);
            return new AccessLogLine(
                    line.substring(0, hostEnd),
                    time,
                    line.substring(requestStart, requestEnd),
                    status,
                    bytes,
                    referrer(line, bytesEnd));
        } catch (DateTimeParseException | NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable String referrer(String line, int from) {
        if (!line.startsWith(" \"", from)) {
            return null;
        }
        int end = closingQuote(line, from + 2);
        String referrer = end < 0 ? "-" : line.substring(from + 2, end);
        return referrer.equals("-") ? null : referrer;
    }

    /** The request's path, without what is asked of it: {@code GET /path?query HTTP/1.1}. */
    String page() {
        String[] words = request.split(" ", -1);
        String path = words.length > 1 ? words[1] : request;
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    /** Whether it was answered with success. */
    boolean succeeded() {
        return status >= 200 && status < 300;
    }

    /** The line in a list, or an empty one if it is not of this format: for {@code flatMapValues}. */
    static List<AccessLogLine> ifAny(String line) {
        AccessLogLine access = parse(line);
        return access == null ? List.of() : List.of(access);
    }

    /** When a line's request was made; one of another format is to be skipped. */
    static long time(ConsumerRecord<?, ?> line, long partitionTime) {
        AccessLogLine access = line.value() instanceof String text ? parse(text) : null;
        return access == null ? -1 : access.timeMillis();
    }

    private static int closingQuote(String line, int from) {
        for (int i = from; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                return i;
            }
            if (c == '\\') {
                i++;
            }
        }
        return -1;
    }

    private static int wordEnd(String line, int from) {
        int end = from;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        return end;
    }
}
