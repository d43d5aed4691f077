package io.tailrace.cli.produce;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.tailrace.engine.record.Header;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line is a value, its bytes unchanged; where a separator is given, what stands before the first one is the key, and a line
 * without one has no key. Bytes that are UTF-8 travel as a string, others as base64. For one thread.
 */
public final class ValueEncoder implements RecordEncoder {
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .rootValueSeparator((String) null)
            .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
            .build();

    private final Utf8 utf8 = new Utf8();
    private final SwitchedStream target = new SwitchedStream();
    private final JsonGenerator json;
    private final byte @Nullable [] separator;
    private final @Nullable Integer partition;
    private final List<Header> headers;

    /**
     * How records are made.
     *
     * @param separator of key and value, not empty, or {@code null} for no keys
     * @param partition where all records go, or {@code null} to leave it to the server
     * @param headers of every record
     */
    public ValueEncoder(byte @Nullable [] separator, @Nullable Integer partition, List<Header> headers)
            throws IOException {
        this.separator = separator;
        this.partition = partition;
        this.headers = headers;
        this.json = JSON.createGenerator(target);
        json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
    }

    @Override
    public boolean encode(byte[] buffer, int start, int length, OutputStream out) throws IOException {
        target.out = out;
        json.writeStartObject();
        if (partition != null) {
            json.writeNumberField("partition_id", partition);
        }
        if (!headers.isEmpty()) {
            writeHeaders();
        }
        int keyLength = keyLength(buffer, start, length);
        int valueStart = start;
        if (separator != null && keyLength >= 0) {
            json.writeFieldName("key");
            writeBytes(buffer, start, keyLength);
            valueStart = start + keyLength + separator.length;
        }
        json.writeFieldName("value");
        writeBytes(buffer, valueStart, start + length - valueStart);
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
        return true;
    }

    /** Up to the first separator; -1 if there is none. */
    private int keyLength(byte[] buffer, int start, int length) {
        if (separator == null) {
            return -1;
        }
        for (int at = 0; at + separator.length <= length; at++) {
            int here = start + at;
            if (Arrays.equals(buffer, here, here + separator.length, separator, 0, separator.length)) {
                return at;
            }
        }
        return -1;
    }

    private void writeHeaders() throws IOException {
        json.writeArrayFieldStart("headers");
        for (Header header : headers) {
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

    private void writeBytes(byte[] buffer, int start, int length) throws IOException {
        json.writeStartObject();
        if (utf8.isValid(buffer, start, length)) {
            json.writeFieldName("data");
            json.writeUTF8String(buffer, start, length);
        } else {
            json.writeStringField("type", "BINARY");
            json.writeFieldName("data");
            json.writeBinary(buffer, start, length);
        }
        json.writeEndObject();
    }

    /** One generator, whichever batch is open. */
    private static final class SwitchedStream extends OutputStream {
        private OutputStream out = OutputStream.nullOutputStream();

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }
    }
}
