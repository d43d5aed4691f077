package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.TopicChange;
import io.tailrace.cluster.catalog.TopicSettings;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What requests about topics say. */
final class TopicRequests {
    private @Nullable String name;
    private OptionalInt partitions = OptionalInt.empty();
    private int replicas = NewTopic.DEFAULT_REPLICAS;
    private final Map<String, String> set = new LinkedHashMap<>();
    private final Set<String> reset = new HashSet<>();

    private TopicRequests() {}

    static NewTopic newTopic(byte[] body) {
        TopicRequests request = new TopicRequests();
        ObjectReader.readBody(body, (field, value) -> {
            if (field.equals("name")) {
                request.name = ObjectReader.text(value, "name");
                return true;
            }
            if (field.equals("replicas")) {
                request.replicas = (int) ObjectReader.number(value, "replicas", 1, Integer.MAX_VALUE);
                return true;
            }
            return request.readCommon(field, value);
        });
        String name = request.name;
        if (name == null) {
            throw Json.malformed("The field 'name' is missing: say how the topic is to be called.");
        }
        // A setting that is null has its default.
        TopicSettings settings = TopicSettings.DEFAULT.with(request.set);
        return new NewTopic(name, request.partitions.orElse(1), request.replicas, settings);
    }

    static TopicChange change(byte[] body) {
        TopicRequests request = new TopicRequests();
        ObjectReader.readBody(body, request::readCommon);
        return new TopicChange(request.partitions, request.set, request.reset);
    }

    static long beforeOffset(byte[] body) {
        long[] before = {Long.MIN_VALUE};
        ObjectReader.readBody(body, (field, value) -> {
            if (!field.equals("before_offset")) {
                return false;
            }
            before[0] = ObjectReader.number(value, "before_offset", -1, Long.MAX_VALUE);
            return true;
        });
        if (before[0] == Long.MIN_VALUE) {
            throw Json.malformed(
                    "The field 'before_offset' is missing: give the first offset to keep, or -1 for the end.");
        }
        return before[0];
    }

    private boolean readCommon(String field, JsonParser value) throws IOException {
        switch (field) {
            case "partitions" ->
                partitions = OptionalInt.of(
                        (int) ObjectReader.number(value, "partitions", Integer.MIN_VALUE, Integer.MAX_VALUE));
            case "settings" -> ObjectReader.read(value, "settings", this::readSetting);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readSetting(String setting, JsonParser value) throws IOException {
        switch (value.currentToken()) {
            case VALUE_STRING, VALUE_NUMBER_INT -> set.put(setting, value.getText());
            case VALUE_NULL -> reset.add(setting);
            default ->
                throw Json.wrongType(
                        "settings." + Json.shown(setting, 60), "text, a number or null", value.currentToken());
        }
        return true;
    }
}
