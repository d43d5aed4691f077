package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;

/** Reads small JSON objects strictly: a field that is unknown, stands twice or has another type is refused by its name. */
final class ObjectReader {
    /** Reads the value of a field, which is the parser's current token; false if there is no such field. */
    interface Field {
        boolean read(String name, JsonParser value) throws IOException;
    }

    private ObjectReader() {}

    /** Reads a body that is one object. */
    static void readBody(byte[] body, Field field) {
        try (JsonParser json = Json.FACTORY.createParser(body)) {
            if (json.nextToken() == null) {
                throw Json.malformed("The body is empty: send a JSON object.");
            }
            read(json, "the request", field);
            requireEnd(json);
        } catch (JsonProcessingException e) {
            throw Json.malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void requireEnd(JsonParser json) throws IOException {
        if (json.nextToken() != null) {
            throw Json.malformed("There is something behind the JSON object: send one object only.");
        }
    }

    /** Reads the object that the parser stands before. */
    static void read(JsonParser json, String place, Field field) throws IOException {
        require(json, JsonToken.START_OBJECT, place, "an object");
        Set<String> seen = new HashSet<>();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            if (!seen.add(name)) {
                throw Json.duplicateField(name, place);
            }
            json.nextToken();
            if (!field.read(name, json)) {
                throw Json.unknownField(name, place);
            }
        }
    }

    static void require(JsonParser json, JsonToken token, String what, String wanted) {
        if (json.currentToken() != token) {
            throw Json.wrongType(what, wanted, json.currentToken());
        }
    }

    static String text(JsonParser json, String what) throws IOException {
        require(json, JsonToken.VALUE_STRING, what, "a string");
        return json.getText();
    }

    static boolean flag(JsonParser json, String what) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_TRUE || json.currentToken() == JsonToken.VALUE_FALSE) {
            return json.getBooleanValue();
        }
        throw Json.wrongType(what, "true or false", json.currentToken());
    }

    /** A whole number of that range. */
    static long number(JsonParser json, String what, long least, long most) throws IOException {
        require(json, JsonToken.VALUE_NUMBER_INT, what, "a whole number");
        JsonParser.NumberType type = json.getNumberType();
        long number = type == JsonParser.NumberType.BIG_INTEGER ? Long.MIN_VALUE : json.getLongValue();
        if (number < least || number > most) {
            throw Json.malformed(
                    what + " is " + Json.shown(json.getText(), 30) + ": give " + least + " to " + most + ".");
        }
        return number;
    }
}
