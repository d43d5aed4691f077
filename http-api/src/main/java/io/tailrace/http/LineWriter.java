package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.util.ByteString;

/** Writes JSON objects, one a line, into a buffer that is used again. Not thread-safe. */
final class LineWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    private final JsonGenerator json;

    LineWriter() {
        try {
            this.json = Json.FACTORY.createGenerator(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void line(Json.Members members) {
        try {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isEmpty() {
        return size() == 0;
    }

    /** How many bytes there are. */
    int size() {
        return bytes.size() + json.getOutputBuffered();
    }

    /** The lines since the last call. */
    ByteString take() {
        try {
            json.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteString taken = ByteString.fromArrayUnsafe(bytes.toByteArray());
        bytes.reset();
        return taken;
    }
}
