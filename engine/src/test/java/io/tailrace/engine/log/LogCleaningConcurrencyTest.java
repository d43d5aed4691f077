package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appends, reads and look-ups go on while a log is compacted, on a real disk and through few open files. */
class LogCleaningConcurrencyTest {
    private static final Compaction EAGER = new Compaction(true, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    @TempDir
    Path directory;

    @Test
    void nobodyNoticesThatSegmentsAreExchanged() throws Exception {
        KeyedLog model = new KeyedLog(new Random(1), 30);
        FileStore files = new OpenFiles(new DiskFileStore(), 4);
        Log log = Log.open(
                files, directory, new LogSettings(3_000, 1_000_000, 200).with(EAGER), () -> Instant.ofEpochMilli(1));
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<Integer>> others = new ArrayList<>();
        others.add(threads.submit(repeat(over, () -> LogCleaningTest.compact(log, 1 << 12, 0, log.endOffset()))));
        for (int reader = 0; reader < 2; reader++) {
            others.add(threads.submit(repeat(over, () -> assertReads(log))));
        }
        others.add(threads.submit(repeat(over, () -> {
            // What is appended last is never superseded before it is followed: so the newest time is always there.
            long end = log.endOffset();
            if (end > 0) {
                assertThat(log.offsetForTimestamp(0, end)).isPresent();
                log.placeAt(new Random(end).nextLong(end));
            }
        })));
        try {
            for (int i = 0; i < 1_000; i++) {
                model.append(log);
                if (i % 10 == 0) {
                    log.flush();
                }
            }
        } finally {
            over.set(true);
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        for (Future<Integer> other : others) {
            assertThat(other.get()).isPositive();
        }
        log.roll();
        LogCleaningTest.compact(log, 1 << 12, 0, model.endOffset());
        assertThat(KeyedLog.read(log)).isEqualTo(model.compactedTo(model.endOffset()));
        model.assertReplays(log, 1);
        log.close();
    }

    private static Callable<Integer> repeat(AtomicBoolean over, Runnable work) {
        return () -> {
            int times = 0;
            while (!over.get()) {
                work.run();
                times++;
            }
            return times;
        };
    }

    /** That the batches follow each other is checked on the way. */
    private static void assertReads(Log log) {
        long last = -1;
        for (KeyedLog.Seen record : KeyedLog.read(log)) {
            assertThat(record.offset()).isGreaterThan(last);
            last = record.offset();
        }
    }
}
