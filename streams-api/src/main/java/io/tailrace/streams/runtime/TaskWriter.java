package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Under which producer id and epoch a life of a task writes its log. The id follows from the log, each life takes the next epoch. The last epoch of an id is never written
 * in: claiming it fences all writers of that id, and then the next id begins with epoch 0.
 *
 * @param producerId positive
 * @param epoch from 0
 */
record TaskWriter(long producerId, short epoch) {
    /** The largest epoch there is. */
    static final short LAST = Short.MAX_VALUE;

    /** The most bytes of a batch. A node that leads nothing sends no larger one to who does. */
    static final int MAX_BATCH_BYTES = 16 << 20;

    private static final int FIRST_BUFFER_BYTES = 16 << 10;

    static TaskWriter first(String log) {
        return new TaskWriter(idAfter(0, log), (short) 0);
    }

    /** The one to claim after this one. */
    TaskWriter next(String log) {
        return isOver()
                ? new TaskWriter(idAfter(producerId, log), (short) 0)
                : new TaskWriter(producerId, (short) (epoch + 1));
    }

    /** Whether nobody may write in it, since it only ends its producer id. */
    boolean isOver() {
        return epoch == LAST;
    }

    /** The producer id of the outputs. */
    static long outputs(String log) {
        return id("outputs|" + log);
    }

    /** The producer id of outputs that belong to one life: with its epoch, they begin at sequence 0. */
    long outputsOfLife() {
        return id("outputs of a life|" + producerId);
    }

    private static long idAfter(long producerId, String log) {
        return id("log|" + producerId + "|" + log);
    }

    private static long id(String name) {
        UUID uuid = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        // Never 0, which stands for "before the first".
        return Math.max(1, uuid.getLeastSignificantBits() & Long.MAX_VALUE);
    }

    /** A batch of the log that is being written; all of it is stored, or nothing. */
    static final class Batch {
        private final RecordBatchBuilder builder =
                new RecordBatchBuilder(Compression.NONE, MAX_BATCH_BYTES, new byte[FIRST_BUFFER_BYTES]);
        private final long timestamp;

        Batch(long timestamp) {
            this.timestamp = timestamp;
        }

        /** Throws RECORD_TOO_LARGE. */
        void add(byte[] key, byte @Nullable [] value) {
            if (!builder.append(timestamp, key, value)) {
                throw new TailraceException(
                        ErrorCode.RECORD_TOO_LARGE,
                        "A commit has more than " + MAX_BATCH_BYTES
                                + " bytes: let one record change less, or lower maxCommitBytes.");
            }
        }

        RecordBatch build(TaskWriter writer, int firstSequence) {
            return builder.producer(writer.producerId, writer.epoch, firstSequence)
                    .build();
        }
    }
}
