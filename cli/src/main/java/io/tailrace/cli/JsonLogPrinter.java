package io.tailrace.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * For programs: a JSON object in a line for each batch ({@code "type":"batch"}) and each record ({@code "type":"record"}). Keys
 * and values are previews, escaped as for people; their sizes are exact.
 */
@SuppressWarnings("JavaLangClash") // A record of the log, the field's standard term.
final class JsonLogPrinter implements LogPrinter {
    private static final int PREVIEW_CHARS = 200;

    private final ObjectMapper mapper = new ObjectMapper();
    private final PrintStream out;

    JsonLogPrinter(PrintStream out) {
        this.out = out;
    }

    @Override
    public void batch(SegmentWalk.Found found) {
        ObjectNode json = mapper.createObjectNode().put("type", "batch").put("position", found.position());
        RecordBatch batch = found.batch();
        if (batch != null) {
            json.put("baseOffset", batch.baseOffset())
                    .put("lastOffset", batch.lastOffset())
                    .put("records", batch.recordCount())
                    .put("bytes", batch.sizeInBytes())
                    .put("leaderEpoch", batch.leaderEpoch())
                    .put("magic", batch.magic())
                    .put("crc", Integer.toUnsignedLong(batch.crc()))
                    .put("attributes", batch.attributes())
                    .put("timestampType", batch.timestampType().name())
                    .put("baseTimestamp", batch.baseTimestamp())
                    .put("maxTimestamp", batch.maxTimestamp())
                    .put("producerId", batch.producerId())
                    .put("producerEpoch", batch.producerEpoch())
                    .put("baseSequence", batch.baseSequence())
                    .put("transactional", batch.isTransactional())
                    .put("control", batch.isControl());
        }
        if (found.isGood() && batch != null) {
            json.put("compression", batch.compression().name());
            if (batch.isControl()) {
                json.put("controlType", ControlRecords.typeOf(batch).name());
            }
        }
        json.put("verdict", found.isGood() ? "ok" : found.problem());
        out.println(json);
    }

    @Override
    public void record(RecordBatch batch, Record record) {
        ObjectNode json = mapper.createObjectNode()
                .put("type", "record")
                .put("offset", record.offset())
                .put("timestamp", record.timestamp())
                .put("keySize", record.keySize())
                .put("valueSize", record.valueSize())
                .put("key", preview(record.key()))
                .put("value", preview(record.value()));
        ArrayNode headers = json.putArray("headers");
        for (Header header : record.headers()) {
            headers.addObject()
                    .put("name", Escaped.text(header.name(), PREVIEW_CHARS))
                    .put("value", preview(header.value()));
        }
        out.println(json);
    }

    @Override
    public void end(long goodBatches, long records, long damaged) {}

    private static @Nullable String preview(@Nullable ByteBuffer bytes) {
        return bytes == null ? null : Escaped.bytes(bytes, PREVIEW_CHARS);
    }
}
