package io.tailrace.benchmarks;

import io.tailrace.engine.log.Compaction;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogCleaning;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.OffsetMap;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Compacts a log of many records and few keys, and compares what is left with a map. Arguments: records (10,000,000), keys (1,000,000), bytes of a value (100), MiB of the map of
 * keys (64), the share of the time that it works (1: as fast as it can; a node's {@code tailrace.log.cleaner.max-time-share} is 0.25). Best with {@code -Xmx256m}.
 */
public final class CompactionBench {
    private static final int BATCH_RECORDS = 150;
    private static final int SEGMENT_BYTES = 128 << 20;
    private static final int STEP_BYTES = 1 << 20;

    private CompactionBench() {}

    /** See above. */
    public static void main(String[] args) throws IOException {
        int records = args.length > 0 ? Integer.parseInt(args[0]) : 10_000_000;
        int keys = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
        int valueBytes = args.length > 2 ? Integer.parseInt(args[2]) : 100;
        int mapBytes = (args.length > 3 ? Integer.parseInt(args[3]) : 64) << 20;
        double share = args.length > 4 ? Double.parseDouble(args[4]) : 1;
        try (ScratchLog scratch = new ScratchLog(SEGMENT_BYTES)) {
            Log log = scratch.log();
            log.changeSettings(new LogSettings(SEGMENT_BYTES, Long.MAX_VALUE, 4096)
                    .with(new Compaction(true, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE)));
            int[] newest = fill(log, records, keys, valueBytes);
            System.out.printf("%d records of %d keys, %d MiB%n", records, keys, log.appendedBytes() >> 20);
            long begun = System.nanoTime();
            long freed = compact(log, mapBytes, share);
            double seconds = (System.nanoTime() - begun) / 1e9;
            System.out.printf(
                    "compacted in %.1f s, %d MiB freed, heap at most %d MiB%n", seconds, freed >> 20, heapMib());
            check(log, newest);
        }
    }

    private static int[] fill(Log log, int records, int keys, int valueBytes) {
        Random random = new Random(1);
        int[] newest = new int[keys];
        byte[] value = new byte[valueBytes];
        for (int next = 0; next < records; ) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
            int count = Math.min(BATCH_RECORDS, records - next);
            for (int i = 0; i < count; i++) {
                int key = random.nextInt(keys);
                newest[key] = next + i + 1;
                random.nextBytes(value);
                builder.append(next + i, ByteBuffer.allocate(8).putLong(key).array(), value);
            }
            log.append(List.of(new PlacedBatch(builder.build(), next, 0, -1)));
            next += count;
        }
        log.roll();
        return newest;
    }

    private static long compact(Log log, int mapBytes, double share) {
        OffsetMap map = new OffsetMap(mapBytes);
        long freed = 0;
        while (log.dirt(0, log.endOffset(), () -> Long.MAX_VALUE).ratio() > 0) {
            LogCleaning cleaning =
                    log.newCleaning(map, new LogCleaning.Bounds(0, log.endOffset(), Long.MAX_VALUE, 10_000));
            for (boolean more = true; more; ) {
                long begun = System.nanoTime();
                more = cleaning.step(STEP_BYTES);
                LockSupport.parkNanos((long) ((System.nanoTime() - begun) * (1 / share - 1)));
            }
            freed += cleaning.bytesFreed();
        }
        return freed;
    }

    private static long heapMib() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .map(MemoryPoolMXBean::getPeakUsage)
                        .mapToLong(peak -> peak.getUsed())
                        .sum()
                >> 20;
    }

    private static void check(Log log, int[] newest) {
        int found = 0;
        try (LogReader reader = log.newReader()) {
            for (long offset = 0; offset < log.endOffset(); ) {
                ByteBuffer bytes = reader.read(offset, 1 << 20, log.endOffset());
                while (bytes.hasRemaining()) {
                    RecordBatch batch = RecordBatch.at(bytes);
                    bytes.position(bytes.position() + batch.sizeInBytes());
                    offset = batch.nextOffset();
                    RecordCursor records = batch.cursor(1 << 20);
                    while (records.next()) {
                        int key = (int) ByteBuffer.wrap(records.array()).getLong(records.keyAt());
                        if (newest[key] != records.offset() + 1) {
                            throw new IllegalStateException(
                                    "Key " + key + " has offset " + records.offset() + ", not " + (newest[key] - 1));
                        }
                        found++;
                    }
                }
            }
        }
        long expected = Arrays.stream(newest).filter(offset -> offset > 0).count();
        if (found != expected) {
            throw new IllegalStateException(found + " records are left of " + expected + " keys");
        }
        System.out.println(found + " records are left, the newest of each key");
    }
}
