package io.tailrace.engine.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;

/** Batches that no honest producer sends, made from good ones, each with a checksum that is right; seeded. */
public final class HostileBatches {
    /** A batch, and what was done to it. */
    public record Hostile(String what, RecordBatch batch) {}

    private static final int[] INTERESTING_INTS = {
        0, 1, -1, 2, -2, 7, 127, 128, -128, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 1
    };
    private static final long[] INTERESTING_LONGS = {
        0, 1, -1, -2, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MAX_VALUE, 1L << 40, -(1L << 40)
    };
    private static final int[] INT_FIELDS = {
        RecordBatch.LAST_OFFSET_DELTA_AT, RecordBatch.BASE_SEQUENCE_AT, RecordBatch.RECORD_COUNT_AT
    };
    private static final int[] LONG_FIELDS = {
        RecordBatch.BASE_TIMESTAMP_AT, RecordBatch.MAX_TIMESTAMP_AT, RecordBatch.PRODUCER_ID_AT
    };

    private HostileBatches() {}

    /** Every bit that a producer has a say in, flipped. */
    public static List<Hostile> flippedBits(Compression codec, int records) {
        byte[] good = bytes(codec, 3, records);
        List<Hostile> all = new ArrayList<>();
        for (int at = RecordBatch.ATTRIBUTES_AT; at < good.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << bit);
                all.add(new Hostile(codec + ", bit " + bit + " of byte " + at, RecordFixture.sealed(bad)));
            }
        }
        return all;
    }

    /** Cut off behind every byte, and with bytes behind the end. */
    public static List<Hostile> otherLengths(Compression codec, int records) {
        byte[] good = bytes(codec, 4, records);
        List<Hostile> all = new ArrayList<>();
        for (int size = RecordBatch.HEADER_BYTES; size <= good.length + 20; size++) {
            if (size != good.length) {
                byte[] bad = Arrays.copyOf(good, size);
                all.add(new Hostile(codec + ", " + size + " bytes", RecordFixture.sealed(bad)));
            }
        }
        return all;
    }

    /** The header's fields with values that mean something. */
    public static List<Hostile> otherHeaders(Compression codec, int records) {
        byte[] good = bytes(codec, 5, records);
        List<Hostile> all = new ArrayList<>();
        for (int at : INT_FIELDS) {
            for (int value : INTERESTING_INTS) {
                byte[] bad = good.clone();
                ByteBuffer.wrap(bad).putInt(at, value);
                all.add(new Hostile(codec + ", field at " + at + " is " + value, RecordFixture.sealed(bad)));
            }
        }
        for (int at : LONG_FIELDS) {
            for (long value : INTERESTING_LONGS) {
                byte[] bad = good.clone();
                ByteBuffer.wrap(bad).putLong(at, value);
                all.add(new Hostile(codec + ", field at " + at + " is " + value, RecordFixture.sealed(bad)));
            }
        }
        for (int attributes = 0; attributes < 256; attributes++) {
            byte[] bad = good.clone();
            ByteBuffer.wrap(bad).putShort(RecordBatch.ATTRIBUTES_AT, (short) attributes);
            all.add(new Hostile(codec + " called " + attributes, RecordFixture.sealed(bad)));
        }
        return all;
    }

    /** One whose records are damaged before they are compressed, so that the codec has nothing to say against them. */
    public static Hostile damagedWithin(Compression codec, long seed) {
        Random random = new Random(seed);
        byte[] good = bytes(Compression.NONE, seed, 1 + random.nextInt(12));
        byte[] records = Arrays.copyOfRange(good, RecordBatch.HEADER_BYTES, good.length);
        for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
            records = damaged(records, random);
        }
        byte[] header = Arrays.copyOf(good, RecordBatch.HEADER_BYTES);
        if (random.nextInt(4) == 0) {
            ByteBuffer.wrap(header)
                    .putInt(
                            INT_FIELDS[random.nextInt(INT_FIELDS.length)],
                            INTERESTING_INTS[random.nextInt(INTERESTING_INTS.length)]);
        }
        ByteBuffer packed = RecordCompression.compress(Codec.of(codec), records, 0, records.length);
        packed.put(0, header);
        packed.putShort(RecordBatch.ATTRIBUTES_AT, (short) codec.id());
        byte[] bytes = new byte[packed.limit()];
        packed.get(0, bytes);
        return new Hostile(codec + ", seed " + seed, RecordFixture.sealed(bytes));
    }

    private static byte[] damaged(byte[] records, Random random) {
        int at = random.nextInt(records.length);
        switch (random.nextInt(5)) {
            case 0 -> {
                byte[] bad = records.clone();
                bad[at] = (byte) random.nextInt();
                return bad;
            }
            case 1 -> {
                byte[] bad = records.clone();
                bad[at] += (byte) (random.nextBoolean() ? 1 : -1);
                return bad;
            }
            case 2 -> {
                return spliced(records, at, 1, new byte[0]);
            }
            case 3 -> {
                byte[] number = new byte[Varint.MAX_LONG_BYTES];
                int size = Varint.write(number, 0, INTERESTING_LONGS[random.nextInt(INTERESTING_LONGS.length)]);
                return spliced(records, at, random.nextInt(2), Arrays.copyOf(number, size));
            }
            default -> {
                byte[] longer = new byte[1 + random.nextInt(11)];
                Arrays.fill(longer, (byte) 0x80);
                longer[longer.length - 1] = (byte) random.nextInt(128);
                return spliced(records, at, 1, longer);
            }
        }
    }

    private static byte[] spliced(byte[] from, int at, int without, byte[] with) {
        byte[] to = new byte[from.length - without + with.length];
        System.arraycopy(from, 0, to, 0, at);
        System.arraycopy(with, 0, to, at, with.length);
        System.arraycopy(from, at + without, to, at + with.length, from.length - at - without);
        return to;
    }

    private static byte[] bytes(Compression codec, long seed, int records) {
        return RecordFixture.array(
                RecordFixture.batch(codec, RecordFixture.random(seed, records)).bytes());
    }

    /** The batch reads the same here and with Kafka's own classes. */
    public static void assertReadAsKafkaDoes(String what, RecordBatch batch) {
        batch.ensureValid();
        List<RecordFixture> ours = RecordFixture.of(batch.records(RecordBatch.MAX_UNCOMPRESSED_BYTES));
        DefaultRecordBatch theirs = KafkaOracleTest.kafkaBatch(batch.bytes());
        theirs.ensureValid();
        assertThat(KafkaOracleTest.fixtures(theirs)).as(what).isEqualTo(ours);
    }

    /** The records of a batch, to be compared. */
    public static List<?> records(RecordBatch batch) {
        return RecordFixture.of(batch.records(RecordBatch.MAX_UNCOMPRESSED_BYTES));
    }
}
