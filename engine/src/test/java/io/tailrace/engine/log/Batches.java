package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;

/** Builds record batches by hand, so that the log's tests rest on nothing but the format's description. */
final class Batches {
    private static final int ATTRIBUTES_AT = 21;

    private Batches() {}

    /** One record per timestamp, each with that value. */
    static RecordBatch of(byte[] value, long... timestamps) {
        return build(0, value, timestamps);
    }

    static RecordBatch control(long timestamp) {
        return build(0x20, new byte[6], timestamp);
    }

    static RecordBatch random(Random random, int maxRecords, int maxValueBytes, long aroundMillis) {
        byte[] value = new byte[random.nextInt(maxValueBytes + 1)];
        random.nextBytes(value);
        long[] timestamps = random.longs(1 + random.nextInt(maxRecords), aroundMillis, aroundMillis + 1000)
                .toArray();
        return random.nextInt(10) == 0 ? control(aroundMillis) : of(value, timestamps);
    }

    private static RecordBatch build(int attributes, byte[] value, long... timestamps) {
        ByteBuffer to = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + timestamps.length * (value.length + 40));
        long max = Long.MIN_VALUE;
        to.position(RecordBatch.HEADER_BYTES);
        for (int i = 0; i < timestamps.length; i++) {
            record(to, value, timestamps[i] - timestamps[0], i);
            max = Math.max(max, timestamps[i]);
        }
        int size = to.position();
        to.putInt(8, size - RecordBatch.LENGTH_PREFIX_BYTES)
                .putInt(12, -1)
                .put(16, RecordBatch.MAGIC)
                .putShort(ATTRIBUTES_AT, (short) attributes)
                .putInt(23, timestamps.length - 1)
                .putLong(27, timestamps[0])
                .putLong(35, max)
                .putLong(43, -1)
                .putShort(51, (short) -1)
                .putInt(53, -1)
                .putInt(57, timestamps.length);
        CRC32C crc = new CRC32C();
        crc.update(to.slice(ATTRIBUTES_AT, size - ATTRIBUTES_AT));
        to.putInt(17, (int) crc.getValue());
        return RecordBatch.at(to.flip());
    }

    private static void record(ByteBuffer to, byte[] value, long timestampDelta, int offsetDelta) {
        ByteBuffer body = ByteBuffer.allocate(value.length + 40);
        body.put((byte) 0);
        varint(body, timestampDelta);
        varint(body, offsetDelta);
        varint(body, -1);
        varint(body, value.length);
        body.put(value);
        varint(body, 0);
        varint(to, body.flip().remaining());
        to.put(body);
    }

    private static void varint(ByteBuffer to, long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            to.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        to.put((byte) rest);
    }
}
