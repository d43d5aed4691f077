package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.streams.AutoOffsetReset;
import java.io.IOException;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer of a group wants to read.
 *
 * @param from where to begin in a partition of which the group has committed nothing
 * @param untilEnd whether to end when the group has committed all that is there now
 * @param groupInstanceId of a static member, {@code null} for any other
 */
record GroupReadRequest(
        NavigableSet<String> topics,
        AutoOffsetReset from,
        ReadRequest.DataFormat data,
        boolean untilEnd,
        @Nullable String groupInstanceId) {
    private static final int MAX_TOPICS = 100;

    static GroupReadRequest of(byte[] body) {
        NavigableSet<String> topics = new TreeSet<>();
        AutoOffsetReset[] from = {AutoOffsetReset.EARLIEST};
        ReadRequest.DataFormat[] data = {ReadRequest.DataFormat.AUTO};
        boolean[] untilEnd = {false};
        @Nullable String[] groupInstanceId = {null};
        ObjectReader.readBody(body, (field, value) -> {
            switch (field) {
                case "topics" -> readTopics(value, topics);
                case "from" -> from[0] = start(ObjectReader.text(value, field));
                case "data" -> data[0] = ReadRequest.data(ObjectReader.text(value, field));
                case "until" -> untilEnd[0] = isEnd(ObjectReader.text(value, field));
                case "group_instance_id" -> groupInstanceId[0] = ObjectReader.text(value, field);
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (topics.isEmpty()) {
            throw Json.malformed("The field 'topics' is missing, or empty: name what is to be read.");
        }
        return new GroupReadRequest(topics, from[0], data[0], untilEnd[0], groupInstanceId[0]);
    }

    private static void readTopics(JsonParser value, NavigableSet<String> topics) throws IOException {
        ObjectReader.require(value, JsonToken.START_ARRAY, "topics", "an array");
        while (value.nextToken() != JsonToken.END_ARRAY) {
            topics.add(ObjectReader.text(value, "a topic"));
            if (topics.size() > MAX_TOPICS) {
                throw Json.malformed("There are more than " + MAX_TOPICS + " topics: name fewer.");
            }
        }
    }

    private static boolean isEnd(String until) {
        if (!until.equals("end")) {
            throw Json.malformed("until is '" + Json.shown(until, 40) + "': give end, or leave it out.");
        }
        return true;
    }

    private static AutoOffsetReset start(String from) {
        return switch (from) {
            case "earliest" -> AutoOffsetReset.EARLIEST;
            case "latest" -> AutoOffsetReset.LATEST;
            default ->
                throw Json.malformed(
                        "from is '" + Json.shown(from, 40)
                                + "': give earliest or latest, for where the group has committed nothing; reset-offsets sets it elsewhere.");
        };
    }
}
