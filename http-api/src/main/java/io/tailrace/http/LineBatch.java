package io.tailrace.http;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ProducerMessage;
import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Some lines of a request: the records in those that could be read, the errors of the others, all in their order. */
final class LineBatch {
    private long[] lines = new long[64];
    /** {@code null} for a line with a record. */
    private @Nullable TailraceException[] errors = new TailraceException[64];

    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private int size;

    void record(long line, ProducerRecord<byte[], byte[]> record) {
        records.add(record);
        add(line, null);
    }

    void error(long line, TailraceException error) {
        add(line, error);
    }

    private void add(long line, @Nullable TailraceException error) {
        if (size == lines.length) {
            lines = Arrays.copyOf(lines, 2 * size);
            errors = Arrays.copyOf(errors, 2 * size);
        }
        lines[size] = line;
        errors[size] = error;
        size++;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long line(int index) {
        return lines[index];
    }

    @Nullable
    TailraceException error(int index) {
        return errors[index];
    }

    /** As the producer takes it. */
    Envelope<byte[], byte[], LineBatch> envelope() {
        return records.isEmpty() ? ProducerMessage.passThrough(this) : ProducerMessage.multi(records, this);
    }
}
