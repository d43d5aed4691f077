package io.tailrace.cli;

import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.Header;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.TimestampType;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** For people: a line for each batch, an indented line for each record, previews of keys and values. */
@SuppressWarnings("JavaLangClash") // A record of the log, the field's standard term.
final class TextLogPrinter implements LogPrinter {
    private static final int KEY_CHARS = 40;
    private static final int VALUE_CHARS = 80;

    private final PrintStream out;

    TextLogPrinter(PrintStream out) {
        this.out = out;
    }

    @Override
    public void batch(SegmentWalk.Found found) {
        RecordBatch batch = found.batch();
        StringBuilder line = new StringBuilder("batch at byte ").append(found.position());
        if (batch != null) {
            describe(line, batch);
            if (found.isGood() && batch.isControl()) {
                line.append(", control ").append(ControlRecords.typeOf(batch));
            }
        }
        out.println(line.append(": ").append(found.isGood() ? "ok" : found.problem()));
    }

    private static void describe(StringBuilder line, RecordBatch batch) {
        line.append(", offsets ").append(batch.baseOffset()).append("..").append(batch.lastOffset());
        line.append(", ").append(batch.recordCount()).append(" records");
        line.append(", ").append(batch.sizeInBytes()).append(" bytes");
        line.append(", epoch ").append(batch.leaderEpoch());
        line.append(String.format(Locale.ROOT, ", attributes 0x%02x", batch.attributes()));
        line.append(batch.timestampType() == TimestampType.CREATE_TIME ? ", create time " : ", append time ");
        line.append(time(batch.baseTimestamp())).append("..").append(time(batch.maxTimestamp()));
        line.append(String.format(Locale.ROOT, ", crc 0x%08x", batch.crc()));
        if (batch.hasProducerId()) {
            line.append(", producer ").append(batch.producerId());
            line.append(" epoch ").append(batch.producerEpoch());
            line.append(" sequence ").append(batch.baseSequence()).append("..").append(batch.lastSequence());
        }
    }

    @Override
    public void record(RecordBatch batch, Record record) {
        StringBuilder line = new StringBuilder("  offset ").append(record.offset());
        line.append("  ").append(time(record.timestamp()));
        line.append("  key ").append(preview(record.key(), KEY_CHARS));
        line.append("  value ").append(preview(record.value(), VALUE_CHARS));
        if (record.headers().size() > 0) {
            line.append("  headers ")
                    .append(record.headers().stream()
                            .map(TextLogPrinter::header)
                            .collect(Collectors.joining(", ", "[", "]")));
        }
        out.println(line);
    }

    private static String header(Header header) {
        return Escaped.text(header.name(), KEY_CHARS) + "=" + preview(header.value(), KEY_CHARS);
    }

    @Override
    public void end(long goodBatches, long records, long damaged) {
        out.printf(
                Locale.ROOT,
                "%,d good batches with %,d records%s%n",
                goodBatches,
                records,
                damaged == 0 ? "" : ", damaged in " + damaged + (damaged == 1 ? " place" : " places"));
    }

    private static String preview(@Nullable ByteBuffer bytes, int maxChars) {
        return bytes == null ? "null" : "(" + bytes.remaining() + ") \"" + Escaped.bytes(bytes, maxChars) + "\"";
    }

    private static String time(long millis) {
        return millis < 0 ? "no time" : Instant.ofEpochMilli(millis).toString();
    }
}
