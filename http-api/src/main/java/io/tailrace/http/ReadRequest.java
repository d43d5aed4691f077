package io.tailrace.http;

import io.tailrace.cluster.catalog.Topic;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a request for records says.
 *
 * @param limit records after which it ends
 * @param untilEnd whether it ends at the end that there is now
 */
record ReadRequest(From from, NavigableSet<Integer> partitions, long limit, boolean untilEnd, DataFormat data) {
    /** The names of its parameters. */
    static final String[] PARAMETERS = {"from", "partition", "limit", "until", "data"};

    /** Where to begin. */
    sealed interface From permits Earliest, Latest, AtOffset, AtTime {}

    /** At the first record there is. */
    record Earliest() implements From {}

    /** After the last record there is. */
    record Latest() implements From {}

    /** At an offset. */
    record AtOffset(long offset) implements From {}

    /** At the first record that is not older; milliseconds since 1970. */
    record AtTime(long millis) implements From {}

    /** How the bytes of keys and values are shown. */
    enum DataFormat {
        AUTO,
        STRING,
        JSON,
        BINARY
    }

    /** Throws MALFORMED_REQUEST, UNKNOWN_PARTITION. */
    static ReadRequest of(Parameters parameters, Topic topic, InstantSource clock) {
        List<String> named = parameters.all("partition");
        NavigableSet<Integer> partitions = new TreeSet<>();
        if (named.isEmpty()) {
            IntStream.range(0, topic.partitions()).forEach(partitions::add);
        }
        named.forEach(text -> partitions.add(TopicRoutes.partitionOf(topic, text)));
        From from = from(parameters.single("from"), clock);
        if (from instanceof AtOffset && named.size() != 1) {
            throw Json.malformed("An offset belongs to one partition: say which, as in partition=0.");
        }
        return new ReadRequest(
                from,
                partitions,
                limit(parameters.single("limit")),
                untilEnd(parameters.single("until")),
                data(parameters.single("data")));
    }

    private static From from(@Nullable String text, InstantSource clock) {
        if (text == null || text.equals("earliest")) {
            return new Earliest();
        }
        if (text.equals("latest")) {
            return new Latest();
        }
        if (text.matches("[0-9]{1,19}")) {
            return new AtOffset(number(text, "from"));
        }
        if (text.startsWith("@")) {
            return new AtTime(Times.time(text.substring(1)).orElseThrow(() -> noStart(text)));
        }
        if (text.startsWith("-")) {
            return new AtTime(clock.millis()
                    - Times.duration(text.substring(1))
                            .orElseThrow(() -> noStart(text))
                            .toMillis());
        }
        throw noStart(text);
    }

    private static RuntimeException noStart(String text) {
        return Json.malformed(
                "from is '" + Json.shown(text, 40)
                        + "': give earliest, latest, an offset, @TIME (milliseconds since 1970 or ISO 8601) or -DURATION (-5m).");
    }

    private static long limit(@Nullable String text) {
        if (text == null) {
            return Long.MAX_VALUE;
        }
        if (!text.matches("[0-9]{1,19}")) {
            throw Json.malformed("limit is '" + Json.shown(text, 30) + "': give a whole number.");
        }
        return number(text, "limit");
    }

    private static long number(String digits, String name) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw Json.malformed(name + " is " + digits + ": give at most " + Long.MAX_VALUE + ".");
        }
    }

    private static boolean untilEnd(@Nullable String text) {
        if (text != null && !text.equals("end")) {
            throw Json.malformed(
                    "until is '" + Json.shown(text, 30) + "': give end, or leave it out to go on for ever.");
        }
        return text != null;
    }

    static DataFormat data(@Nullable String text) {
        if (text == null) {
            return DataFormat.AUTO;
        }
        return switch (text) {
            case "auto" -> DataFormat.AUTO;
            case "string" -> DataFormat.STRING;
            case "json" -> DataFormat.JSON;
            case "binary" -> DataFormat.BINARY;
            default ->
                throw Json.malformed("data is '" + Json.shown(text, 30) + "': give auto, string, json or binary.");
        };
    }
}
