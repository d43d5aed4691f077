package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A partition that a task writes to: the batches that its next records go into, and the sequence numbers they get. */
final class OutputPartition {
    private static final int FIRST_BUFFER_BYTES = 4096;

    private final PartitionId id;
    private final long producerId;
    private short epoch;
    private int nextSequence;
    private final List<RecordBatchBuilder> closed = new ArrayList<>();
    private @Nullable RecordBatchBuilder open;
    private Codec codec = Codec.NONE;
    private int maxBytes = RecordBatch.HEADER_BYTES;
    private long waitingBytes;

    /** That begins with what its output entry says. */
    OutputPartition(PartitionId id, long producerId, TaskLogFormat.Output from) {
        this.id = id;
        this.producerId = producerId;
        this.epoch = from.epoch();
        this.nextSequence = from.nextSequence();
    }

    PartitionId id() {
        return id;
    }

    /** Follows the topic's settings: a batch is compressed as the topic wants it, else the partition's leader would have to. */
    void follow(Topic topic) {
        TopicSettings settings = topic.settings();
        codec = settings.compression().codec().orElse(Codec.NONE);
        int most = settings.maxMessageBytes();
        if (codec.compression() != Compression.NONE) {
            // What cannot be compressed grows by the codec's framing.
            most = Math.min(most - most / 64 - 128, RecordBatch.MAX_UNCOMPRESSED_BYTES);
        }
        // It has to fit into a batch of the task's log.
        maxBytes = Math.max(RecordBatch.HEADER_BYTES, Math.min(most, TaskWriter.MAX_BATCH_BYTES / 2));
    }

    /** Takes a record; by how many bytes what is waiting has grown. Throws RECORD_TOO_LARGE. */
    int append(byte @Nullable [] key, byte @Nullable [] value, long timestamp, Headers headers) {
        RecordBatchBuilder batch = open == null ? begin() : open;
        int before = batch.isEmpty() ? 0 : batch.sizeInBytes();
        if (!batch.append(timestamp, key, value, headers)) {
            closed.add(batch);
            batch = begin();
            before = 0;
            batch.append(timestamp, key, value, headers);
        }
        int grown = batch.sizeInBytes() - before;
        waitingBytes += grown;
        return grown;
    }

    /** How many bytes wait to be taken. */
    long waitingBytes() {
        return waitingBytes;
    }

    private RecordBatchBuilder begin() {
        RecordBatchBuilder batch =
                new RecordBatchBuilder(codec, maxBytes, new byte[Math.min(maxBytes, FIRST_BUFFER_BYTES)]);
        open = batch;
        return batch;
    }

    /** What is waiting, in order, with its sequence numbers. */
    List<RecordBatch> take() {
        if (open != null) {
            closed.add(open);
            open = null;
        }
        List<RecordBatch> batches = new ArrayList<>(closed.size());
        for (RecordBatchBuilder builder : closed) {
            batches.add(number(builder));
        }
        closed.clear();
        waitingBytes = 0;
        return batches;
    }

    /** The same batches in the next epoch, from sequence 0 on; what comes behind them goes on there. */
    List<RecordBatch> renew(List<RecordBatch> batches) {
        if (epoch == Short.MAX_VALUE) {
            throw new TailraceException(
                    ErrorCode.PRODUCER_FENCED,
                    "There is no producer epoch left for partition " + this + ": reset the application.");
        }
        epoch++;
        nextSequence = 0;
        List<RecordBatch> renewed = new ArrayList<>(batches.size());
        for (RecordBatch batch : batches) {
            renewed.add(number(copy(batch)));
        }
        return renewed;
    }

    private static RecordBatchBuilder copy(RecordBatch batch) {
        RecordBatchBuilder copy = new RecordBatchBuilder(batch.compression(), Integer.MAX_VALUE);
        RecordCursor records = batch.cursor(RecordBatch.MAX_UNCOMPRESSED_BYTES);
        while (records.next()) {
            Record record = records.record();
            copy.append(record.timestamp(), record.key(), record.value(), record.headers());
        }
        return copy;
    }

    private RecordBatch number(RecordBatchBuilder builder) {
        RecordBatch batch = builder.producer(producerId, epoch, nextSequence).build();
        nextSequence = (nextSequence + batch.recordCount()) & Integer.MAX_VALUE;
        return batch;
    }

    /** With what the next batch begins. */
    TaskLogFormat.Output next() {
        return new TaskLogFormat.Output(epoch, nextSequence);
    }

    @Override
    public String toString() {
        return id.text();
    }
}
