package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers, a flusher and a checkpointer beside the one writer. */
class LogConcurrencyTest {
    private static final LogSettings SMALL = new LogSettings(20_000, 1_000_000, 300);
    private static final int BATCHES = 3_000;

    @TempDir
    private Path directory;

    @Test
    void readersSeeEveryBatchOnceWhileTheWriterAppendsAndRolls() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Log log = open()) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int maxBytes = 200 + i * 3_000;
                readers.add(threads.submit(() -> readToTheEnd(log, maxBytes)));
            }
            Future<?> flusher = threads.submit((Callable<Void>) () -> {
                while (log.flushedOffset() < BATCHES * 2) {
                    log.flush();
                    log.checkpoint();
                }
                return null;
            });
            RecordBatch batch = Batches.of(new byte[50], 1, 2);
            for (long i = 0; i < BATCHES; i++) {
                log.append(List.of(new PlacedBatch(batch, 2 * i, (int) (i / 1_000), -1)));
            }
            for (Future<Long> reader : readers) {
                assertThat(reader.get()).isEqualTo(BATCHES);
            }
            flusher.get();
            assertThat(log.flushedOffset()).isEqualTo(log.endOffset());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void readersBelowACutNeverNoticeIt() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Log log = open()) {
            RecordBatch batch = Batches.of(new byte[50], 1, 2);
            for (long i = 0; i < 400; i++) {
                log.append(List.of(new PlacedBatch(batch, 2 * i, 0, -1)));
            }
            Future<?> reader = threads.submit((Callable<Void>) () -> {
                for (int round = 0; round < 300; round++) {
                    try (LogReader below = log.newReader()) {
                        long offset = 0;
                        while (offset < 200) {
                            ByteBuffer read = below.read(offset, 2_000, 200);
                            assertThat(read.remaining()).isPositive();
                            offset = below.nextOffset();
                        }
                    }
                }
                return null;
            });
            for (int round = 1; !reader.isDone(); round++) {
                log.truncateTo(200);
                for (long i = 100; i < 400; i++) {
                    log.append(List.of(new PlacedBatch(batch, 2 * i, round, -1)));
                }
            }
            reader.get();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void readersOfSegmentsThatGoAreToldThatTheLogBeginsLater() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Log log = open()) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int maxBytes = 200 + i * 3_000;
                readers.add(threads.submit(() -> readFromTheStart(log, maxBytes)));
            }
            Future<Long> searcher = threads.submit(() -> searchFromTheStart(log));
            RecordBatch batch = Batches.of(new byte[50], 1, 2);
            long freed = 0;
            for (long i = 0; i < BATCHES; i++) {
                log.append(List.of(new PlacedBatch(batch, 2 * i, (int) (i / 1_000), -1)));
                if (i % 20 == 0) {
                    log.advanceStartTo(i);
                    freed += log.deleteSegmentsBelow(Long.MAX_VALUE);
                }
            }
            for (Future<Long> reader : readers) {
                assertThat(reader.get()).isEqualTo(BATCHES * 2);
            }
            assertThat(searcher.get()).isEqualTo(BATCHES * 2);
            assertThat(freed).isPositive();
            assertThat(log.chain().epochs().segments()).hasSizeLessThan(40);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Reads to the end, beginning anew at the start whenever that has moved beyond. */
    private static long readFromTheStart(Log log, int maxBytes) {
        long offset = 0;
        try (LogReader reader = log.newReader()) {
            while (offset < BATCHES * 2) {
                try {
                    reader.read(offset, maxBytes, Long.MAX_VALUE);
                    offset = Math.max(offset, reader.nextOffset());
                } catch (TailraceException e) {
                    assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
                    offset = Math.max(offset, log.startOffset());
                }
            }
        }
        return offset;
    }

    private static long searchFromTheStart(Log log) {
        while (log.endOffset() < BATCHES * 2) {
            long before = log.startOffset();
            OptionalLong found = log.offsetForTimestamp(2, Long.MAX_VALUE);
            assertThat(found.orElse(Long.MAX_VALUE)).isGreaterThanOrEqualTo(before);
            log.offsetForTimestamp(3, Long.MAX_VALUE);
        }
        return log.endOffset();
    }

    @Test
    void aSecondWriterIsRefusedOrComesAfterTheFirst() throws Exception {
        try (Log log = open()) {
            CyclicBarrier inside = new CyclicBarrier(2);
            CyclicBarrier leave = new CyclicBarrier(2);
            List<PlacedBatch> waiting =
                    new ArrayList<>(List.of(new PlacedBatch(Batches.of(new byte[5], 1), 0, 0, -1))) {
                        private static final long serialVersionUID = 1L;

                        @Override
                        public boolean isEmpty() {
                            await(inside);
                            await(leave);
                            return super.isEmpty();
                        }
                    };
            Thread first = new Thread(() -> log.append(waiting));
            first.start();
            await(inside);
            assertThatThrownBy(() -> log.append(List.of())).isInstanceOf(IllegalStateException.class);
            await(leave);
            first.join();
            assertThat(log.endOffset()).isEqualTo(1);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static long readToTheEnd(Log log, int maxBytes) {
        long batches = 0;
        long offset = 0;
        try (LogReader reader = log.newReader()) {
            while (offset < BATCHES * 2) {
                ByteBuffer read = reader.read(offset, maxBytes, Long.MAX_VALUE);
                while (read.hasRemaining()) {
                    RecordBatch batch = RecordBatch.at(read);
                    batch.ensureValid();
                    assertThat(batch.baseOffset()).isEqualTo(offset);
                    offset = batch.nextOffset();
                    batches++;
                    read.position(read.position() + batch.sizeInBytes());
                }
            }
        }
        return batches;
    }

    private Log open() {
        return Log.open(new OpenFiles(new DiskFileStore(), 3), directory, SMALL, () -> Instant.ofEpochMilli(1));
    }
}
