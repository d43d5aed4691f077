package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Crashes a simulated disk at random points of random lives of a log. What was flushed is there afterwards, once, in order,
 * from a start on that never goes back.
 */
class LogCrashTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final LogSettings SMALL = new LogSettings(1500, 1_000_000, 200);

    @Test
    void whatWasFlushedSurvivesCrashes() {
        for (long seed = 0; seed < 3_000; seed++) {
            live(seed);
        }
    }

    @Test
    @Tag("full")
    void whatWasFlushedSurvivesManyMoreCrashes() {
        for (long seed = 3_000; seed < 60_000; seed++) {
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
        /** Where the start may have moved to without having been seen there. */
        private long advancingTo;

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
            switch (random.nextInt(18)) {
                case 0 -> log.checkpoint();
                case 1, 2, 3 -> {
                    log.flush();
                    acknowledged = model.batches.size();
                }
                case 4 -> epoch++;
                case 5 -> truncate(log);
                case 6 -> log.roll();
                case 7 -> announce(log);
                case 8, 9 -> advance(log);
                case 10 -> log.deleteSegmentsBelow(random.nextLong(model.endOffset() + 2));
                case 11 -> log.changeSettings(new LogSettings(500 + random.nextInt(2000), 1_000_000, 200));
                default -> append(log);
            }
        }

        private void append(Log log) {
            List<RecordBatch> fresh = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                fresh.add(Batches.random(random, 3, 120, 1_000));
            }
            append(log, model.place(epoch, fresh));
        }

        private void announce(Log log) {
            long offset = model.endOffset();
            append(
                    log,
                    model.place(
                            epoch, List.of(ControlRecords.logStart(offset, epoch, 5, random.nextLong(offset + 1)))));
        }

        private void advance(Log log) {
            OptionalLong announced = log.announcedStart(random.nextLong(model.endOffset() + 2));
            long to = announced.orElse(random.nextInt(8) == 0 ? random.nextLong(model.endOffset() + 1) : 0);
            advancingTo = Math.max(model.start, to);
            log.advanceStartTo(to);
            model.start = advancingTo;
            assertThat(log.startOffset()).isEqualTo(model.start);
            acknowledged = Math.max(acknowledged, batchesUpTo(model.start));
        }

        /** How many batches have a record below. */
        private int batchesUpTo(long offset) {
            return (int) model.batches.stream()
                    .filter(batch -> batch.baseOffset() < offset)
                    .count();
        }

        private void append(Log log, List<PlacedBatch> placed) {
            int before = model.batches.size();
            boolean full = random.nextInt(8) == 0;
            disk.capacity(full ? disk.usedBytes() + random.nextInt(500) : Long.MAX_VALUE);
            model.add(placed);
            try {
                log.append(placed);
            } catch (TailraceException e) {
                if (e.code() != ErrorCode.DISK_FULL) {
                    throw e;
                }
                model.batches.subList(before, model.batches.size()).clear();
            } finally {
                disk.capacity(Long.MAX_VALUE);
            }
        }

        private void truncate(Log log) {
            if (random.nextInt(4) > 0 || model.batches.isEmpty()) {
                return;
            }
            int kept = model.batches.size() - random.nextInt(Math.min(8, model.batches.size()));
            kept = Math.max(kept, batchesUpTo(model.start));
            truncatingTo = Math.min(kept, acknowledged);
            log.truncateTo(kept == 0 ? 0 : model.batches.get(kept - 1).nextOffset());
            if (kept < model.batches.size()) {
                model.batches.subList(kept, model.batches.size()).clear();
                acknowledged = kept;
            }
            truncatingTo = -1;
            epoch++;
        }

        private void checkNothingIsLeftOver(Log log) throws IOException {
            String first = log.chain()
                    .segments()
                    .iterator()
                    .next()
                    .path()
                    .getFileName()
                    .toString();
            assertThat(disk.list(DIRECTORY))
                    .noneMatch(name -> name.startsWith("0")
                            && name.substring(0, 20).compareTo(first) < 0
                            && !first.startsWith(name.substring(0, 20)));
        }

        private void checkRecovered(Log log) throws IOException {
            assertThat(log.startOffset()).isIn(model.start, Math.max(model.start, advancingTo));
            model.start = log.startOffset();
            int certain = truncatingTo >= 0 ? truncatingTo : acknowledged;
            certain = Math.max(certain, batchesUpTo(model.start));
            List<ByteBuffer> found = LogModel.readAll(log, 500);
            int below = model.batchesBelowStart();
            assertThat(below + found.size()).isBetween(certain, model.batches.size());
            assertThat(found).isEqualTo(model.bytes().subList(0, found.size()));
            model.batches.subList(below + found.size(), model.batches.size()).clear();
            model.assertSameAs(log);
            acknowledged = model.batches.size();
            checkReplay(log, model);
            checkNothingIsLeftOver(log);
            for (long limit = model.endOffset() + 1; limit >= 0; limit -= 7) {
                assertThat(log.announcedStart(limit)).isEqualTo(model.announcedStart(limit));
            }
            advancingTo = 0;
            truncatingTo = -1;
            epoch = Math.max(epoch, model.lastEpoch()) + 1;
        }

        /** Whatever has been deleted, the data batches that are there have the numbers that they always had. */
        private static void checkReplay(Log log, LogModel model) {
            List<String> all = new ArrayList<>();
            for (RecordBatch batch : model.batches) {
                if (!batch.isControl()) {
                    all.add(all.size() + 1 + " at " + batch.baseOffset());
                }
            }
            List<String> replayed = new ArrayList<>();
            log.replay(1, Long.MAX_VALUE, (sequence, header) -> replayed.add(sequence + " at " + header.baseOffset()));
            assertThat(all).endsWith(replayed.toArray(String[]::new));
            long firstReadable = model.batches.stream()
                    .filter(batch -> !batch.isControl() && batch.lastOffset() >= model.start)
                    .count();
            assertThat(replayed).hasSizeGreaterThanOrEqualTo((int) firstReadable);
        }
    }
}
