package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Where a group is to go on reading. */
sealed interface ResetTarget {
    /** At the first record there is. */
    record Earliest() implements ResetTarget {}

    /** Behind the last record there is. */
    record Latest() implements ResetTarget {}

    /** At an offset. */
    record AtOffset(long offset) implements ResetTarget {}

    /** At the first record that is not older, or behind the last one; milliseconds since 1970. */
    record AtTime(long millis) implements ResetTarget {}

    /** So many records further than it has committed, or back. */
    record ShiftedBy(long records) implements ResetTarget {}

    /** Reads {@code "earliest"}, {@code "latest"}, or an object of one field that says what it is. */
    static ResetTarget read(JsonParser value, InstantSource clock) throws IOException {
        if (value.currentToken() == JsonToken.VALUE_STRING) {
            return switch (value.getText()) {
                case "earliest" -> new Earliest();
                case "latest" -> new Latest();
                default -> throw unreadable();
            };
        }
        @Nullable ResetTarget[] found = {null};
        ObjectReader.read(value, "to", (field, inner) -> {
            if (found[0] != null) {
                throw unreadable();
            }
            found[0] = of(field, inner, clock);
            return found[0] != null;
        });
        ResetTarget target = found[0];
        if (target == null) {
            throw unreadable();
        }
        return target;
    }

    private static @Nullable ResetTarget of(String field, JsonParser value, InstantSource clock) throws IOException {
        return switch (field) {
            case "offset" -> new AtOffset(ObjectReader.number(value, field, 0, Long.MAX_VALUE));
            case "shift" -> new ShiftedBy(ObjectReader.number(value, field, -Long.MAX_VALUE, Long.MAX_VALUE));
            case "timestamp" -> new AtTime(time(value));
            case "duration" -> {
                String text = ObjectReader.text(value, field);
                yield new AtTime(clock.millis()
                        - Times.duration(text)
                                .orElseThrow(() -> Json.malformed("duration is '" + Json.shown(text, 40)
                                        + "': say how long ago, as in PT1H or 5m."))
                                .toMillis());
            }
            default -> null;
        };
    }

    private static long time(JsonParser value) throws IOException {
        if (value.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return ObjectReader.number(value, "timestamp", 0, Long.MAX_VALUE);
        }
        String text = ObjectReader.text(value, "timestamp");
        return Times.time(text)
                .orElseThrow(() -> Json.malformed("timestamp is '" + Json.shown(text, 40)
                        + "': give milliseconds since 1970, or ISO 8601 with an offset, as in 2026-01-31T12:00:00Z."));
    }

    private static RuntimeException unreadable() {
        return Json.malformed(
                "'to' is not understood: give \"earliest\", \"latest\", {\"offset\":N}, {\"timestamp\":T}, {\"duration\":\"PT1H\"} or {\"shift\":N}.");
    }
}
