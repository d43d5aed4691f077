package io.tailrace.engine.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What goes into a record, and seeded lists of it that reach into the corners of the format. */
@SuppressWarnings("ArrayRecordComponent") // equals compares the contents
record RecordFixture(long timestamp, byte[] key, byte[] value, Headers headers) {
    static final int LIMIT = 64 << 20;
    private static final String[] NAMES = {"", "a", "trace-id", "größe", "鍵", "\uD83D\uDE80", "x".repeat(200)};

    static List<RecordFixture> random(long seed, int count) {
        Random random = new Random(seed);
        List<RecordFixture> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long timestamp = random.nextInt(20) == 0 ? 0 : 1_700_000_000_000L + random.nextInt(2_000_000) - 1_000_000;
            records.add(new RecordFixture(timestamp, bytes(random, 40), bytes(random, 400), headers(random)));
        }
        return records;
    }

    private static byte[] bytes(Random random, int most) {
        return switch (random.nextInt(6)) {
            case 0 -> null;
            case 1 -> new byte[0];
            default -> {
                byte[] bytes = new byte[random.nextInt(most)];
                if (random.nextBoolean()) {
                    random.nextBytes(bytes);
                }
                yield bytes;
            }
        };
    }

    private static Headers headers(Random random) {
        Headers headers = Headers.EMPTY;
        int count = random.nextInt(4) == 0 ? random.nextInt(5) : 0;
        for (int i = 0; i < count; i++) {
            headers = headers.with(NAMES[random.nextInt(NAMES.length)], bytes(random, 100));
        }
        return headers;
    }

    static RecordBatchBuilder appended(Compression codec, List<RecordFixture> records) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 16 << 20);
        for (RecordFixture record : records) {
            if (!builder.append(record.timestamp, record.key, record.value, record.headers)) {
                throw new AssertionError("the fixture does not fit");
            }
        }
        return builder;
    }

    static RecordBatch batch(Compression codec, List<RecordFixture> records) {
        return appended(codec, records).build();
    }

    static List<RecordFixture> of(List<Record> records) {
        return records.stream()
                .map(record -> new RecordFixture(
                        record.timestamp(), array(record.key()), array(record.value()), record.headers()))
                .toList();
    }

    static byte[] array(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** The batch over those bytes with its length and checksum made right again. */
    static RecordBatch sealed(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
        buffer.putInt(RecordBatch.LENGTH_AT, bytes.length - RecordBatch.LENGTH_PREFIX_BYTES);
        buffer.putInt(RecordBatch.CRC_AT, RecordBatch.checksum(buffer.slice()));
        return RecordBatch.at(buffer);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordFixture that
                && timestamp == that.timestamp
                && java.util.Arrays.equals(key, that.key)
                && java.util.Arrays.equals(value, that.value)
                && headers.equals(that.headers);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(timestamp) + headers.hashCode();
    }
}
