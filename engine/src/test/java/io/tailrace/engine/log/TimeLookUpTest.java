package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A look-up by time finds what a scan of everything finds, whatever the timestamps and wherever segments and the start are. */
class TimeLookUpTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");

    @Test
    void everyTimeIsFoundWhereAScanFindsIt() {
        for (long seed = 0; seed < 250; seed++) {
            lookUp(seed);
        }
    }

    @Test
    @Tag("full")
    void everyTimeIsFoundWhereAScanFindsItManyTimes() {
        for (long seed = 250; seed < 10_000; seed++) {
            lookUp(seed);
        }
    }

    private static void lookUp(long seed) {
        try {
            new Times(seed).run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static final class Times {
        private final Random random;
        private final SimulatedFileStore disk;
        private final LogSettings settings;
        private final LogModel model = new LogModel();
        private final TreeSet<Long> timestamps = new TreeSet<>();
        /** How far the timestamps are apart, and how far out of order. */
        private final int spread;

        private long clock = 1_000;

        Times(long seed) {
            random = new Random(seed);
            disk = new SimulatedFileStore(seed);
            settings = new LogSettings(300 + random.nextInt(1200), 1_000_000, 1 + random.nextInt(400));
            spread = random.nextInt(4);
        }

        void run() {
            Log log = open();
            for (int i = 10 + random.nextInt(40); i > 0; i--) {
                append(log);
                if (random.nextInt(12) == 0) {
                    log.roll();
                }
                if (random.nextInt(10) == 0) {
                    log.close();
                    log = open();
                }
            }
            check(log);
            for (int i = 0; i < 3; i++) {
                model.start += random.nextLong(model.endOffset() - model.start + 1);
                log.advanceStartTo(model.start);
                check(log);
                log.deleteSegmentsBelow(random.nextBoolean() ? Long.MAX_VALUE : random.nextLong(model.start + 1));
                check(log);
            }
            log.close();
            check(open());
        }

        private Log open() {
            return Log.open(disk, DIRECTORY, settings, () -> Instant.ofEpochMilli(1));
        }

        private void append(Log log) {
            List<RecordBatch> fresh = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                fresh.add(
                        random.nextInt(6) == 0
                                ? ControlRecords.barrier(0, 0, clock + random.nextInt(100))
                                : Batches.of(new byte[random.nextInt(60)], times()));
            }
            List<PlacedBatch> placed = model.place(0, fresh);
            if (random.nextInt(10) == 0) {
                long appended = clock;
                placed.replaceAll(each -> new PlacedBatch(each.batch(), each.baseOffset(), 0, appended));
                timestamps.add(appended);
            }
            log.append(placed);
            model.add(placed);
        }

        private long[] times() {
            long[] times = new long[1 + random.nextInt(4)];
            for (int i = 0; i < times.length; i++) {
                clock += spread == 0 ? 0 : random.nextInt(spread * 3);
                times[i] = random.nextInt(30) == 0 ? -1 : clock - (spread > 1 ? random.nextInt(spread * 20) : 0);
                timestamps.add(times[i]);
            }
            return times;
        }

        private void check(Log log) {
            TreeSet<Long> asked = new TreeSet<>(List.of(Long.MIN_VALUE, -1L, 0L, Long.MAX_VALUE));
            for (long timestamp : timestamps) {
                asked.addAll(List.of(timestamp - 1, timestamp, timestamp + 1));
            }
            for (long timestamp : asked) {
                long limit = random.nextInt(3) == 0 ? random.nextLong(model.endOffset() + 2) : Long.MAX_VALUE;
                assertThat(log.offsetForTimestamp(timestamp, limit))
                        .as("from %s on, below offset %s, log start %s", timestamp, limit, model.start)
                        .isEqualTo(scan(timestamp, limit));
            }
        }

        private OptionalLong scan(long timestamp, long limit) {
            return model.batches.stream()
                    .filter(batch -> !batch.isControl())
                    .flatMap(batch -> batch.records(1 << 20).stream())
                    .filter(record -> record.timestamp() >= timestamp
                            && record.offset() >= model.start
                            && record.offset() < limit)
                    .mapToLong(Record::offset)
                    .findFirst();
        }
    }
}
