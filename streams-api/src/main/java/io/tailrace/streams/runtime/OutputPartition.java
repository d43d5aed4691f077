package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.Codec;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
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
        if (batch.append(timestamp, key, value, headers)) {
            return batch.sizeInBytes() - before;
        }
        closed.add(batch);
        batch = begin();
        batch.append(timestamp, key, value, headers);
        return batch.sizeInBytes();
    }

    private RecordBatchBuilder begin() {
        RecordBatchBuilder batch =
                new RecordBatchBuilder(codec, maxBytes, new byte[Math.min(maxBytes, FIRST_BUFFER_BYTES)]);
        open = batch;
        return batch;
    }

    boolean isEmpty() {
        return closed.isEmpty() && open == null;
    }

    /** Whether a batch is full. */
    boolean hasClosed() {
        return !closed.isEmpty();
    }

    /** What is waiting, in order, with its sequence numbers. */
    List<RecordBatch> take() {
        if (open != null) {
            closed.add(open);
            open = null;
        }
        List<RecordBatch> batches = new ArrayList<>(closed.size());
        for (RecordBatchBuilder builder : closed) {
            batches.add(builder.producer(producerId, epoch, nextSequence).build());
            nextSequence = (nextSequence + builder.recordCount()) & Integer.MAX_VALUE;
        }
        closed.clear();
        return batches;
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
