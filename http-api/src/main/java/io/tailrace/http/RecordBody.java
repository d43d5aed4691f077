package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Header;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.RecordMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a JSON body: one, or the list {@code records}, of which each that is refused is so by itself.
 *
 * @param isList whether the answer is a list too
 */
record RecordBody(boolean isList, List<Item> items) {
    /** A record of the body, where it was stored, or why not: one of them. */
    record Item(
            @Nullable ProducerRecord<byte[], byte[]> record,
            @Nullable RecordMetadata where,
            @Nullable TailraceException error) {
        Item stored(RecordMetadata place) {
            return new Item(null, place, null);
        }

        Item failed(TailraceException failure) {
            return new Item(null, null, failure);
        }
    }

    /** Throws MALFORMED_REQUEST for a body that is no JSON, and what {@link RecordParser} throws for a single record. */
    static RecordBody of(Topic topic, byte[] body) {
        try {
            return isList(body) ? list(topic, body) : single(topic, body);
        } catch (JsonProcessingException e) {
            throw Json.malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of all keys, values and headers that could be read. */
    long sizeInBytes() {
        long size = 0;
        for (Item item : items) {
            ProducerRecord<byte[], byte[]> record = item.record();
            if (record != null) {
                size += length(record.key()) + length(record.value());
                for (Header header : record.headers()) {
                    ByteBuffer value = header.value();
                    size += header.name().length() + (value == null ? 0 : value.remaining());
                }
            }
        }
        return size;
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static boolean isList(byte[] body) throws IOException {
        try (JsonParser json = Json.FACTORY.createParser(body)) {
            return json.nextToken() == JsonToken.START_OBJECT && "records".equals(json.nextFieldName());
        }
    }

    private static RecordBody single(Topic topic, byte[] body) {
        if (body.length == 0) {
            throw Json.malformed("The body is empty: send a record.");
        }
        return new RecordBody(
                false, List.of(new Item(new RecordParser(topic).parse(body, 0, body.length), null, null)));
    }

    private static RecordBody list(Topic topic, byte[] body) throws IOException {
        List<Item> items = new ArrayList<>();
        RecordParser parser = new RecordParser(topic);
        ObjectReader.readBody(body, (name, value) -> {
            if (!name.equals("records")) {
                return false;
            }
            ObjectReader.require(value, JsonToken.START_ARRAY, "records", "an array");
            while (value.nextToken() != JsonToken.END_ARRAY) {
                items.add(item(parser, value));
            }
            return true;
        });
        return new RecordBody(true, items);
    }

    /** Each record is taken out first, so that one that is refused does not take the others with it. */
    private static Item item(RecordParser parser, JsonParser json) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            try (JsonGenerator copy = Json.FACTORY.createGenerator(bytes)) {
                CompactJson.copyValue(json, copy);
            }
            return new Item(parser.parse(bytes.toByteArray(), 0, bytes.size()), null, null);
        } catch (TailraceException e) {
            return new Item(null, null, e);
        }
    }
}
