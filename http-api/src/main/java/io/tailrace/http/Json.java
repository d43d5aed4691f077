package io.tailrace.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.util.ByteString;

/** How JSON is read and written here: streaming, with bounds. */
final class Json {
    /** Deeper nesting than this is refused. */
    static final int MAX_DEPTH = 200;

    static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .rootValueSeparator("")
            .build();

    /** Writes the members of an object. */
    interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private Json() {}

    /** An object as bytes. */
    static ByteString object(Members members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ByteString.fromArrayUnsafe(bytes.toByteArray());
    }

    /** A request that cannot be read. */
    static TailraceException malformed(String detail) {
        return new TailraceException(ErrorCode.MALFORMED_REQUEST, detail);
    }

    /** The same for what the parser found. */
    static TailraceException malformed(JsonProcessingException e) {
        if (e instanceof StreamConstraintsException) {
            return malformed(
                    "The JSON is nested deeper than " + MAX_DEPTH + ", or has a number or a name that is too long.");
        }
        String found = String.valueOf(e.getOriginalMessage());
        int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
        String where = column > 0 ? " (column " + column + ")" : "";
        return malformed("This is no JSON: " + shown(found, 160) + where + ".");
    }

    static TailraceException wrongType(String what, String wanted, JsonToken found) {
        return malformed(what + " is " + nameOf(found) + ": give " + wanted + ".");
    }

    static TailraceException unknownField(String name, String place) {
        return malformed("There is no field '" + shown(name, 60) + "' in " + place + ": mind the spelling.");
    }

    static TailraceException duplicateField(String name, String place) {
        return malformed("The field '" + shown(name, 60) + "' stands twice in " + place + ": give it once.");
    }

    private static String nameOf(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "something else";
        };
    }

    /** Text of a stranger, fit for one line. */
    static String shown(String text, int most) {
        String cut = text.length() <= most ? text : text.substring(0, most) + "…";
        StringBuilder safe = new StringBuilder(cut.length());
        cut.codePoints()
                .forEach(
                        c -> safe.appendCodePoint(Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) ? '?' : c));
        return safe.toString();
    }
}
