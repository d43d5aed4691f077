package io.tailrace.cli.consume;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Header;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record as the last line gave it, with key and value as base64 ({@code data=binary}). Read again and again into one object. */
final class ReceivedRecord {
    private static final JsonFactory JSON = new JsonFactory();

    private @Nullable String topic;
    private int partition;
    private long offset;
    private long timestamp;
    private byte @Nullable [] key;
    private byte @Nullable [] value;
    private final List<Header> headers = new ArrayList<>();

    /**
     * Takes over what the line says.
     *
     * @throws TailraceException SERIALIZATION_FAILED if that is no record
     */
    void read(byte[] buffer, int start, int length) {
        try {
            parse(buffer, start, length);
        } catch (IOException | IllegalArgumentException e) {
            throw new TailraceException(
                    ErrorCode.SERIALIZATION_FAILED, "The server sent a line that is no record: " + e.getMessage(), e);
        }
    }

    private void parse(byte[] buffer, int start, int length) throws IOException {
        topic = null;
        partition = -1;
        offset = -1;
        key = null;
        value = null;
        headers.clear();
        try (JsonParser json = JSON.createParser(buffer, start, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no JSON object");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                switch (name) {
                    case "topic" -> topic = json.getText();
                    case "partition_id" -> partition = json.getIntValue();
                    case "offset" -> offset = json.getLongValue();
                    case "timestamp" -> timestamp = json.getLongValue();
                    case "headers" -> readHeaders(json);
                    case "key" -> key = bytes(json);
                    case "value" -> value = bytes(json);
                    default -> json.skipChildren();
                }
            }
        }
        if (partition < 0 || offset < 0) {
            throw new IOException("no partition or no offset");
        }
    }

    private static byte @Nullable [] bytes(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        String type = "";
        byte[] data = null;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            switch (name) {
                case "type" -> type = json.getText();
                case "data" -> data = json.getBinaryValue();
                default -> json.skipChildren();
            }
        }
        if (data == null || !type.equals("BINARY")) {
            throw new IOException("no bytes, but " + type);
        }
        return data;
    }

    private void readHeaders(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            String header = "";
            byte[] bytes = null;
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken token = json.nextToken();
                switch (name) {
                    case "name" -> header = json.getText();
                    case "value" -> bytes = token == JsonToken.VALUE_NULL ? null : json.getBinaryValue();
                    default -> json.skipChildren();
                }
            }
            headers.add(Header.of(header, bytes));
        }
    }

    /** {@code null} where only one was asked for. */
    @Nullable
    String topic() {
        return topic;
    }

    int partition() {
        return partition;
    }

    long offset() {
        return offset;
    }

    /** In milliseconds since 1970. */
    long timestamp() {
        return timestamp;
    }

    byte @Nullable [] key() {
        return key;
    }

    /** {@code null} for a tombstone. */
    byte @Nullable [] value() {
        return value;
    }

    List<Header> headers() {
        return headers;
    }
}
