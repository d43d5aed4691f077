package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** JSON without white space; numbers stay as they were written. */
final class CompactJson {
    private CompactJson() {}

    /** Copies the value that the parser stands before, and leaves the parser at its last token. */
    static void copyValue(JsonParser from, JsonGenerator to) throws IOException {
        int depth = 0;
        JsonToken token = from.currentToken();
        while (true) {
            switch (token) {
                case START_OBJECT, START_ARRAY -> depth++;
                case END_OBJECT, END_ARRAY -> depth--;
                default -> {}
            }
            copyToken(token, from, to);
            if (depth == 0) {
                return;
            }
            token = from.nextToken();
        }
    }

    private static void copyToken(JsonToken token, JsonParser from, JsonGenerator to) throws IOException {
        switch (token) {
            case START_OBJECT -> to.writeStartObject();
            case END_OBJECT -> to.writeEndObject();
            case START_ARRAY -> to.writeStartArray();
            case END_ARRAY -> to.writeEndArray();
            case FIELD_NAME -> to.writeFieldName(PayloadParser.encodable(from.currentName()));
            case VALUE_STRING -> to.writeString(PayloadParser.encodable(from.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> to.writeNumber(from.getText());
            case VALUE_TRUE -> to.writeBoolean(true);
            case VALUE_FALSE -> to.writeBoolean(false);
            default -> to.writeNull();
        }
    }

    /** A string as JSON text. */
    static byte[] ofString(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
        try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
            json.writeString(text);
        }
        return bytes.toByteArray();
    }

    /** Those bytes as one compact JSON value, {@code null} if they are none. */
    static byte @Nullable [] of(byte[] bytes, int from, int to) {
        if (!Utf8.isValid(bytes, from, to)) {
            return null;
        }
        ByteArrayOutputStream compact = new ByteArrayOutputStream(to - from);
        try (JsonParser json = Json.FACTORY.createParser(bytes, from, to - from);
                JsonGenerator copy = Json.FACTORY.createGenerator(compact)) {
            if (json.nextToken() == null) {
                return null;
            }
            copyValue(json, copy);
            if (json.nextToken() != null) {
                return null;
            }
        } catch (IOException | io.tailrace.engine.error.TailraceException e) {
            return null;
        }
        return compact.toByteArray();
    }
}
