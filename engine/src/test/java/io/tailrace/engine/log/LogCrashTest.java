package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Crashes a simulated disk at random points of random lives of a log. What was flushed is there afterwards, once, in order. */
class LogCrashTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final LogSettings SMALL = new LogSettings(1500, 1_000_000, 200);

    @Test
    void whatWasFlushedSurvivesCrashes() {
        for (long seed = 0; seed < 600; seed++) {
            live(seed);
        }
    }

    @Test
    @Tag("full")
    void whatWasFlushedSurvivesManyMoreCrashes() {
        for (long seed = 600; seed < 60_000; seed++) {
            live(seed);
        }
    }

    private static void live(long seed) {
        try {
            new Life(seed).run();
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static final class Life {
        private final Random random;
        private final SimulatedFileStore disk;
        private final LogModel model = new LogModel();
        private int epoch;
        private int acknowledged;
        /** A truncation that a crash may have met half way: the log then has either form. */
        private int truncatingTo = -1;

        Life(long seed) {
            random = new Random(seed);
            disk = new SimulatedFileStore(seed + 1);
        }

        void run() throws IOException {
            for (int start = 0; start < 6; start++) {
                disk.stopAfter(random.nextInt(80));
                try {
                    Log log = open();
                    checkRecovered(log);
                    for (int step = 0; step < 40; step++) {
                        step(log);
                    }
                    log.close();
                } catch (TailraceException e) {
                    if (!disk.stopped()) {
                        throw e;
                    }
                    assertThat(e.code()).isIn(ErrorCode.IO_FAILED);
                }
                if (random.nextInt(4) == 0) {
                    disk.kill();
                } else {
                    disk.crash();
                }
            }
            checkRecovered(open());
        }

        private Log open() {
            return Log.open(disk, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1));
        }

        private void step(Log log) {
            switch (random.nextInt(12)) {
                case 0 -> log.checkpoint();
                case 1, 2, 3 -> {
                    log.flush();
                    acknowledged = model.batches.size();
                }
                case 4 -> epoch++;
                case 5 -> truncate(log);
                default -> append(log);
            }
        }

        private void append(Log log) {
            List<RecordBatch> fresh = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                fresh.add(Batches.random(random, 3, 120, 1_000));
            }
            List<PlacedBatch> placed = model.place(epoch, fresh);
            model.add(placed);
            log.append(placed);
        }

        private void truncate(Log log) {
            if (random.nextInt(4) > 0 || model.batches.isEmpty()) {
                return;
            }
            int kept = model.batches.size() - random.nextInt(Math.min(8, model.batches.size()));
            truncatingTo = Math.min(kept, acknowledged);
            log.truncateTo(kept == 0 ? 0 : model.batches.get(kept - 1).nextOffset());
            if (kept < model.batches.size()) {
                model.batches.subList(kept, model.batches.size()).clear();
                acknowledged = kept;
            }
            truncatingTo = -1;
            epoch++;
        }

        private void checkRecovered(Log log) {
            List<ByteBuffer> found = LogModel.readAll(log, 500);
            List<ByteBuffer> expected = model.bytes();
            int certain = truncatingTo >= 0 ? truncatingTo : acknowledged;
            assertThat(found.size()).isBetween(certain, expected.size());
            assertThat(found).isEqualTo(expected.subList(0, found.size()));
            model.batches.subList(found.size(), expected.size()).clear();
            model.assertSameAs(log);
            acknowledged = found.size();
            truncatingTo = -1;
            epoch = Math.max(epoch, model.lastEpoch()) + 1;
        }
    }
}
