package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads keys and values: {@code {"type","data"}}, in either order, to the bytes that are stored. */
final class PayloadParser {
    private enum Type {
        STRING,
        JSON,
        BINARY
    }

    /** The data where it is a string; what it says before the type is known. */
    private @Nullable String text;
    /** The data where it is anything else, as compact JSON. */
    private byte @Nullable [] compact;

    /** The bytes of the object that the parser stands before. */
    byte[] read(JsonParser json, String what) throws IOException {
        ObjectReader.require(json, JsonToken.START_OBJECT, what, "an object of type and data, or null");
        Type type = null;
        boolean hasData = false;
        text = null;
        compact = null;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken token = json.nextToken();
            if (name.equals("data")) {
                if (hasData) {
                    throw Json.duplicateField(name, what);
                }
                hasData = true;
                readData(json, token);
            } else if (name.equals("type")) {
                if (type != null) {
                    throw Json.duplicateField(name, what);
                }
                type = type(ObjectReader.text(json, what + ".type"), what);
            } else {
                throw Json.unknownField(name, what);
            }
        }
        if (!hasData) {
            throw Json.malformed("The field 'data' is missing in " + what + ": give it, or null for the " + what + ".");
        }
        return bytes(type == null ? Type.STRING : type, what);
    }

    private void readData(JsonParser json, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            text = json.getText();
        } else {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JsonGenerator copy = Json.FACTORY.createGenerator(bytes)) {
                CompactJson.copyValue(json, copy);
            }
            compact = bytes.toByteArray();
        }
    }

    private static Type type(String name, String what) {
        return switch (name) {
            case "STRING" -> Type.STRING;
            case "JSON" -> Type.JSON;
            case "BINARY" -> Type.BINARY;
            default ->
                throw Json.malformed(what + ".type is '" + Json.shown(name, 30) + "': give STRING, JSON or BINARY.");
        };
    }

    private byte[] bytes(Type type, String what) throws IOException {
        String string = text;
        byte[] other = compact;
        if (string == null) {
            if (type != Type.JSON || other == null) {
                throw Json.malformed(what + ".data is no string: give one, or say type JSON.");
            }
            return other;
        }
        return switch (type) {
            case STRING -> encodable(string).getBytes(StandardCharsets.UTF_8);
            case BINARY -> RecordParser.base64(string, what + ".data");
            case JSON -> CompactJson.ofString(encodable(string));
        };
    }

    /** Text with half of a surrogate pair, which JSON's escapes can express and UTF-8 cannot, would be stored as something else. */
    static String encodable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw Json.malformed("The text holds half of a surrogate pair, which UTF-8 cannot express: escape"
                            + " both halves, or none.");
                }
                i++;
            }
        }
        return text;
    }
}
