package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What a log should hold: the batches as they stand in it, byte for byte. */
final class LogModel {
    /** All that were ever appended and not truncated: also those below the start, deleted or not. */
    final List<RecordBatch> batches = new ArrayList<>();
    /** Where the log begins. */
    long start;

    long endOffset() {
        return batches.isEmpty() ? 0 : batches.get(batches.size() - 1).nextOffset();
    }

    int lastEpoch() {
        return batches.isEmpty() ? -1 : batches.get(batches.size() - 1).leaderEpoch();
    }

    long lastSequenceNr() {
        return batches.stream().filter(batch -> !batch.isControl()).count();
    }

    /** Gives the batches their places behind what is here; {@link #add} then takes them in. */
    List<PlacedBatch> place(int epoch, List<RecordBatch> fresh) {
        List<PlacedBatch> placed = new ArrayList<>();
        long offset = endOffset();
        for (RecordBatch batch : fresh) {
            placed.add(new PlacedBatch(batch, offset, epoch, -1));
            offset += batch.lastOffsetDelta() + 1;
        }
        return placed;
    }

    void add(List<PlacedBatch> placed) {
        for (PlacedBatch batch : placed) {
            ByteBuffer bytes = ByteBuffer.allocate(batch.batch().sizeInBytes());
            batch.batch().copyTo(bytes, batch.baseOffset(), batch.leaderEpoch(), batch.appendTimeMillis());
            batches.add(RecordBatch.at(bytes.flip()));
        }
    }

    void truncateTo(long offset) {
        batches.removeIf(batch -> batch.lastOffset() >= offset);
    }

    LogModel copy() {
        LogModel copy = new LogModel();
        copy.batches.addAll(batches);
        copy.start = start;
        return copy;
    }

    /** The log has exactly this. */
    void assertSameAs(Log log) {
        assertThat(log.startOffset()).isEqualTo(start);
        assertThat(log.endOffset()).isEqualTo(endOffset());
        assertThat(log.lastEpoch()).isEqualTo(lastEpoch());
        assertThat(log.lastSequenceNr()).isEqualTo(lastSequenceNr());
        assertThat(readAll(log, 4096)).isEqualTo(bytes());
    }

    /** The batches that can be read: from the one that holds the start on. */
    List<ByteBuffer> bytes() {
        return batches.stream()
                .filter(batch -> batch.lastOffset() >= start)
                .map(RecordBatch::bytes)
                .toList();
    }

    /** How many batches lie wholly below the start. */
    int batchesBelowStart() {
        return (int)
                batches.stream().filter(batch -> batch.lastOffset() < start).count();
    }

    /** The greatest start beyond that of the log that control batches below the limit announce. */
    OptionalLong announcedStart(long limitOffset) {
        return batches.stream()
                .filter(batch -> batch.baseOffset() < limitOffset && ControlRecords.isLogStart(batch))
                .mapToLong(ControlRecords::logStartOf)
                .filter(announced -> announced > start)
                .max();
    }

    /** All batches of a log, through one reader. */
    static List<ByteBuffer> readAll(Log log, int maxBytes) {
        List<ByteBuffer> all = new ArrayList<>();
        try (LogReader reader = log.newReader()) {
            long offset = log.startOffset();
            while (offset < log.endOffset()) {
                ByteBuffer read = reader.read(offset, maxBytes, Long.MAX_VALUE);
                assertThat(read.remaining()).isPositive();
                while (read.hasRemaining()) {
                    RecordBatch batch = RecordBatch.at(read);
                    batch.ensureValid();
                    all.add(batch.bytes());
                    read.position(read.position() + batch.sizeInBytes());
                    offset = batch.nextOffset();
                }
            }
        }
        return all;
    }
}
