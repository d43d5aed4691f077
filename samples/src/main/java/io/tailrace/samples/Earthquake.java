package io.tailrace.samples;

import io.tailrace.streams.ConsumerRecord;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line of an earthquake catalogue, of whose columns these are the first: {@code DateTime,Latitude,Longitude,Depth,Magnitude}.
 *
 * @param timeMillis when, milliseconds since 1970
 * @param latitude degrees, north is positive
 * @param longitude degrees, east is positive
 * @param magnitude of whichever scale
 */
public record Earthquake(long timeMillis, double latitude, double longitude, double magnitude) {
    private static final int COLUMNS = 5;
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu/MM/dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);

    /** The earthquake, or {@code null} if the line is of another format, as the header is. */
    static @Nullable Earthquake parse(String line) {
        String[] columns = line.split(",", -1);
        if (columns.length < COLUMNS) {
            return null;
        }
        try {
            long time = LocalDateTime.parse(columns[0], TIME)
                    .toInstant(ZoneOffset.UTC)
                    .toEpochMilli();
            return new Earthquake(
                    time,
                    Double.parseDouble(columns[1]),
                    Double.parseDouble(columns[2]),
                    Double.parseDouble(columns[4]));
        } catch (DateTimeParseException | NumberFormatException e) {
            return null;
        }
    }

    /** The same in a list, which is empty for a line of another format. */
    static List<Earthquake> ifAny(String line) {
        Earthquake earthquake = parse(line);
        return earthquake == null ? List.of() : List.of(earthquake);
    }

    /** When the earthquake of a line was; one of another format is to be skipped. */
    static long time(ConsumerRecord<?, ?> line, long partitionTime) {
        Earthquake earthquake = line.value() instanceof String text ? parse(text) : null;
        return earthquake == null ? -1 : earthquake.timeMillis();
    }

    /** The degree of latitude and longitude that it lies in. */
    String cell() {
        return cell((int) Math.floor(latitude), (int) Math.floor(longitude));
    }

    static String cell(int latitude, int longitude) {
        return latitude + "," + longitude;
    }
}
