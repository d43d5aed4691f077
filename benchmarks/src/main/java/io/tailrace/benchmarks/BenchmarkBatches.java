package io.tailrace.benchmarks;

import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Batches whose records are noise: the log looks at headers only. */
final class BenchmarkBatches {
    private static final int ATTRIBUTES_AT = 21;

    private BenchmarkBatches() {}

    /** A batch of that many bytes, header included, that claims one record. */
    static RecordBatch ofBytes(int bytes, long timestamp) {
        ByteBuffer to = ByteBuffer.allocate(bytes);
        for (int i = RecordBatch.HEADER_BYTES; i < bytes; i++) {
            to.put(i, (byte) (i * 31));
        }
        to.putInt(8, bytes - RecordBatch.LENGTH_PREFIX_BYTES)
                .putInt(12, -1)
                .put(16, RecordBatch.MAGIC)
                .putLong(27, timestamp)
                .putLong(35, timestamp)
                .putLong(43, -1)
                .putShort(51, (short) -1)
                .putInt(53, -1)
                .putInt(57, 1);
        CRC32C crc = new CRC32C();
        crc.update(to.slice(ATTRIBUTES_AT, bytes - ATTRIBUTES_AT));
        return RecordBatch.at(to.putInt(17, (int) crc.getValue()));
    }
}
