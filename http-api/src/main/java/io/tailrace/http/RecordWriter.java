package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.engine.record.Header;
import io.tailrace.http.ReadRequest.DataFormat;
import io.tailrace.streams.ConsumerRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes a record's members as JSON, straight from the bytes that were fetched. */
final class RecordWriter {
    private final DataFormat format;
    private final boolean withTopics;

    /** Writes the topic too, if that is wanted. */
    RecordWriter(DataFormat format, boolean withTopics) {
        this.format = format;
        this.withTopics = withTopics;
    }

    void write(JsonGenerator json, ConsumerRecord<ByteBuffer, ByteBuffer> record) throws IOException {
        if (withTopics) {
            json.writeStringField("topic", record.topic());
        }
        json.writeNumberField("partition_id", record.partition());
        json.writeNumberField("offset", record.offset());
        json.writeNumberField("timestamp", record.timestamp());
        if (!record.headers().isEmpty()) {
            writeHeaders(json, record);
        }
        if (record.key() != null) {
            json.writeFieldName("key");
            writeData(json, record.key());
        }
        json.writeFieldName("value");
        writeData(json, record.value());
    }

    private static void writeHeaders(JsonGenerator json, ConsumerRecord<ByteBuffer, ByteBuffer> record)
            throws IOException {
        json.writeArrayFieldStart("headers");
        for (Header header : record.headers()) {
            json.writeStartObject();
            json.writeStringField("name", header.name());
            byte[] value = header.valueBytes();
            if (value == null) {
                json.writeNullField("value");
            } else {
                json.writeBinaryField("value", value);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeData(JsonGenerator json, @Nullable ByteBuffer data) throws IOException {
        if (data == null) {
            json.writeNull();
            return;
        }
        byte[] bytes = data.array();
        int from = data.arrayOffset() + data.position();
        int size = data.remaining();
        byte[] compact = format == DataFormat.JSON ? CompactJson.of(bytes, from, from + size) : null;
        json.writeStartObject();
        if (compact != null) {
            json.writeStringField("type", "JSON");
            json.writeFieldName("data");
            json.writeRawValue(new String(compact, StandardCharsets.UTF_8));
        } else if (isText(bytes, from, size)) {
            json.writeStringField("type", "STRING");
            json.writeFieldName("data");
            json.writeUTF8String(bytes, from, size);
        } else {
            json.writeStringField("type", "BINARY");
            json.writeFieldName("data");
            json.writeBinary(bytes, from, size);
        }
        json.writeEndObject();
    }

    /** Asked for as a string, bytes that are none are shown as binary: a replacement character would hide what they are. */
    private boolean isText(byte[] bytes, int from, int size) {
        return format != DataFormat.BINARY && Utf8.isValid(bytes, from, from + size);
    }
}
