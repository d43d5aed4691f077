package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.streams.ProducerRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads records for one topic from their JSON. What it returns the producer takes: partition and size have been checked. Not
 * thread-safe.
 */
final class RecordParser {
    private static final String PLACE = "a record";
    /** What a batch of a single record needs beside its key, value and headers, at most. */
    private static final int RECORD_OVERHEAD_BYTES = 36;

    private static final int HEADER_OVERHEAD_BYTES = 10;

    private final Topic topic;
    private final PayloadParser payloads = new PayloadParser();

    private @Nullable Integer partition;
    private @Nullable Long timestamp;
    private Headers headers = Headers.EMPTY;
    private byte @Nullable [] key;
    private byte @Nullable [] value;

    RecordParser(Topic topic) {
        this.topic = topic;
    }

    /** The record in those bytes. Throws MALFORMED_REQUEST, UNKNOWN_PARTITION or RECORD_TOO_LARGE. */
    ProducerRecord<byte[], byte[]> parse(byte[] bytes, int from, int to) {
        Utf8.require(bytes, from, to);
        try (JsonParser json = Json.FACTORY.createParser(bytes, from, to - from)) {
            json.nextToken();
            ProducerRecord<byte[], byte[]> record = read(json);
            ObjectReader.requireEnd(json);
            return record;
        } catch (JsonProcessingException e) {
            throw Json.malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The record that the parser stands before. */
    ProducerRecord<byte[], byte[]> read(JsonParser json) throws IOException {
        ObjectReader.require(json, JsonToken.START_OBJECT, PLACE, "an object");
        partition = null;
        timestamp = null;
        headers = Headers.EMPTY;
        key = null;
        value = null;
        int seen = 0;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            int field = readField(name, json);
            if ((seen & field) != 0) {
                throw Json.duplicateField(name, PLACE);
            }
            seen |= field;
        }
        return checked();
    }

    /** A bit per field. */
    private int readField(String name, JsonParser json) throws IOException {
        boolean absent = json.currentToken() == JsonToken.VALUE_NULL;
        switch (name) {
            case "value" -> {
                value = absent ? null : payloads.read(json, "value");
                return 1;
            }
            case "key" -> {
                key = absent ? null : payloads.read(json, "key");
                return 2;
            }
            case "partition_id" -> {
                partition = absent ? null : (int) ObjectReader.number(json, name, 0, Integer.MAX_VALUE);
                return 4;
            }
            case "timestamp" -> {
                timestamp = absent ? null : (Long) ObjectReader.number(json, name, 0, Long.MAX_VALUE);
                return 8;
            }
            case "headers" -> {
                headers = absent ? Headers.EMPTY : readHeaders(json);
                return 16;
            }
            default -> throw Json.unknownField(name, PLACE);
        }
    }

    private Headers readHeaders(JsonParser json) throws IOException {
        ObjectReader.require(json, JsonToken.START_ARRAY, "headers", "an array");
        List<Header> all = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            String[] read = {null, null};
            ObjectReader.read(json, "a header", (name, field) -> {
                switch (name) {
                    case "name" -> read[0] = PayloadParser.encodable(ObjectReader.text(field, "a header's name"));
                    case "value" -> {
                        if (field.currentToken() != JsonToken.VALUE_NULL) {
                            read[1] = ObjectReader.text(field, "a header's value");
                        }
                    }
                    default -> {
                        return false;
                    }
                }
                return true;
            });
            if (read[0] == null) {
                throw Json.malformed("A header has no 'name': give it one.");
            }
            all.add(Header.of(read[0], read[1] == null ? null : base64(read[1], "a header's value")));
        }
        return Headers.of(all);
    }

    static byte[] base64(String text, String what) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw Json.malformed(what + " is not base64: encode it so (RFC 4648, with + and /).");
        }
    }

    private ProducerRecord<byte[], byte[]> checked() {
        if (value == null && key == null) {
            throw Json.malformed("A record has neither value nor key: a tombstone needs a key.");
        }
        Integer number = partition;
        if (number != null) {
            TopicRoutes.partitionOf(topic, number);
        }
        long size = RecordBatch.HEADER_BYTES + RECORD_OVERHEAD_BYTES + lengthOf(key) + lengthOf(value);
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            java.nio.ByteBuffer bytes = header.value();
            size += HEADER_OVERHEAD_BYTES + 3L * header.name().length() + (bytes == null ? 0 : bytes.remaining());
        }
        int most = topic.settings().maxMessageBytes();
        if (size > most) {
            throw new TailraceException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "A record of about " + size + " bytes is larger than max.message.bytes of topic " + topic.name()
                            + ", which is " + most + ": split it, or raise that setting.");
        }
        return new ProducerRecord<>(topic.name(), number, timestamp, key, value, headers);
    }

    private static long lengthOf(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
