package io.tailrace.engine.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.ForwardingFileStore;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.log.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A promise that was given is never lost, whatever strikes; and one that may be lost is never taken for none. */
class PromiseJournalTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final List<Path> FILES =
            PromiseJournal.fileNames().stream().map(DIRECTORY::resolve).toList();
    private static final int SMALL = 2048;

    private SimulatedFileStore disk = new SimulatedFileStore(1);

    private PromiseJournal open() {
        return PromiseJournal.open(disk, DIRECTORY, true, SMALL);
    }

    private static Promise promise(int epoch) {
        return new Promise(epoch, new UUID(epoch, -epoch));
    }

    private static ErrorCode code(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(TailraceException.class);
        assertThat(thrown.getMessage()).isNotBlank().doesNotContain("\n");
        return ((TailraceException) thrown).code();
    }

    private Map<Path, byte[]> contents() throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        for (Path file : FILES) {
            contents.put(file, disk.contents(file));
        }
        return contents;
    }

    @Test
    void whatWasStoredSurvivesACrashAndEachOpeningIsCounted() {
        for (int start = 1; start <= 5; start++) {
            PromiseJournal journal = open();
            assertThat(journal.startNumber()).isEqualTo(start);
            assertThat(journal.stored("a")).isEqualTo(start == 1 ? Promise.NONE : promise(start - 1));
            journal.store("a", promise(start));
            assertThat(journal.stored("a")).isEqualTo(promise(start));
            assertThat(journal.stored("b")).isEqualTo(Promise.NONE);
            disk.crash();
        }
    }

    @Test
    void itsFilesDoNotGrowWithThePromises() {
        PromiseJournal journal = open();
        journal.store("a", promise(1));
        journal.store("b", promise(1));
        long before = disk.usedBytes();
        for (int epoch = 2; epoch < 500; epoch++) {
            journal.store(epoch % 2 == 0 ? "a" : "b", promise(epoch));
        }
        assertThat(disk.usedBytes()).isEqualTo(before);
        disk.crash();
        PromiseJournal again = open();
        assertThat(again.stored("a")).isEqualTo(promise(498));
        assertThat(again.stored("b")).isEqualTo(promise(499));
    }

    @Test
    void itsFilesGrowWithTheReplicas() {
        PromiseJournal journal = open();
        for (int i = 0; i < 300; i++) {
            journal.store("replica-" + i, promise(i));
        }
        disk.crash();
        PromiseJournal again = open();
        for (int i = 0; i < 300; i++) {
            assertThat(again.stored("replica-" + i)).isEqualTo(promise(i));
        }
    }

    @Test
    void whatIsForgottenStaysForgotten() {
        PromiseJournal journal = open();
        journal.store("a", promise(1));
        journal.store("b", promise(2));
        journal.forget("a");
        journal.forget("never there");
        disk.crash();
        assertThat(open().stored("a")).isEqualTo(Promise.NONE);
        assertThat(open().stored("b")).isEqualTo(promise(2));
    }

    /** The machine stops at every change in turn, again and again, and what was torn is cut. */
    @Test
    void aCrashAnywhereLosesNothingThatWasPromised() {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            disk = new SimulatedFileStore(seed);
            Map<String, Promise> promised = new HashMap<>();
            long lastStart = 0;
            int epoch = 0;
            for (int life = 0; life < 8; life++) {
                disk.stopAfter(random.nextInt(60));
                try {
                    PromiseJournal journal = open();
                    assertThat(journal.startNumber()).as("seed %d", seed).isGreaterThan(lastStart);
                    lastStart = journal.startNumber();
                    for (String replica : List.of("a", "b", "c")) {
                        Promise before = promised.getOrDefault(replica, Promise.NONE);
                        assertThat(journal.stored(replica).epoch())
                                .as("seed %d, life %d", seed, life)
                                .isGreaterThanOrEqualTo(before.epoch());
                        promised.put(replica, journal.stored(replica));
                    }
                    while (true) {
                        String replica = List.of("a", "b", "c").get(random.nextInt(3));
                        journal.store(replica, promise(++epoch));
                        promised.put(replica, promise(epoch));
                    }
                } catch (TailraceException stopped) {
                    assertThat(stopped.code()).as("seed %d: %s", seed, stopped).isEqualTo(ErrorCode.IO_FAILED);
                }
                if (random.nextInt(4) == 0) {
                    disk.kill();
                } else {
                    disk.crash();
                }
            }
        }
    }

    @Test
    void damageAnywhereIsToldAndNothingIsTouchedOrNothingIsLost() throws IOException {
        PromiseJournal journal = open();
        for (int epoch = 1; epoch < 12; epoch++) {
            journal.store(epoch % 3 == 0 ? "a" : "b", promise(epoch));
        }
        disk.kill();
        Map<Path, byte[]> good = contents();
        int told = 0;
        for (Path file : FILES) {
            for (int bit = 0; bit < good.get(file).length * 8; bit++) {
                byte[] bad = good.get(file).clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                SimulatedFileStore copy = disk.copy(1);
                copy.contents(file, bad);
                Throwable refused = catchThrowable(() -> PromiseJournal.open(copy, DIRECTORY, true, SMALL));
                if (refused == null) {
                    PromiseJournal again = PromiseJournal.open(copy, DIRECTORY, true, SMALL);
                    assertThat(again.stored("a")).as("%s bit %d", file, bit).isEqualTo(promise(9));
                    assertThat(again.stored("b")).as("%s bit %d", file, bit).isEqualTo(promise(11));
                } else {
                    told++;
                    assertThat(code(() -> {
                                throw refused;
                            }))
                            .isEqualTo(ErrorCode.CORRUPT_LOG);
                    assertThat(copy.contents(file)).isEqualTo(bad);
                    assertThat(PromiseJournal.problem(copy, DIRECTORY)).contains("damaged");
                }
            }
        }
        assertThat(told).as("every bit of every promise").isGreaterThan(11 * 8 * (24 + 4 + 23));
        assertThat(PromiseJournal.problem(disk, DIRECTORY)).isNull();
    }

    @Test
    void aJournalThatIsLostIsNotTakenForANewOne() throws IOException {
        assertThat(code(() -> PromiseJournal.open(disk, DIRECTORY, false, SMALL)))
                .isEqualTo(ErrorCode.CORRUPT_LOG);
        for (int epoch = 1; epoch < 100; epoch++) {
            PromiseJournal journal = open();
            journal.store("a", promise(epoch));
            disk.kill();
            boolean someNeeded = false;
            for (Path file : FILES) {
                SimulatedFileStore without = disk.copy(1);
                without.delete(file);
                Throwable refused = catchThrowable(() -> PromiseJournal.open(without, DIRECTORY, true, SMALL));
                someNeeded |= refused != null;
                if (refused == null) {
                    assertThat(PromiseJournal.open(without, DIRECTORY, false, SMALL)
                                    .stored("a"))
                            .isEqualTo(promise(epoch));
                }
            }
            assertThat(someNeeded).isTrue();
        }
    }

    @Test
    void anotherVersionIsNotTouched() throws IOException {
        open().store("a", promise(1));
        disk.kill();
        for (Path file : FILES) {
            byte[] bytes = disk.contents(file);
            int length = ByteBuffer.wrap(bytes).getInt(4);
            ByteBuffer.wrap(bytes).putShort(12, (short) 77);
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, 8);
            crc.update(bytes, 12, 12 + length);
            ByteBuffer.wrap(bytes).putInt(8, (int) crc.getValue());
            disk.contents(file, bytes);
        }
        Map<Path, byte[]> before = contents();
        assertThat(code(this::open)).isEqualTo(ErrorCode.DATA_DIR_VERSION);
        assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void afterAFailedFsyncNothingIsStoredAnyMore() {
        PromiseJournal journal = open();
        journal.store("a", promise(1));
        disk.failForceAfter(0);
        assertThat(code(() -> journal.store("a", promise(2)))).isEqualTo(ErrorCode.IO_FAILED);
        assertThat(code(() -> journal.store("b", promise(1)))).isEqualTo(ErrorCode.IO_FAILED);
        assertThat(journal.stored("a")).isEqualTo(promise(1));
        disk.crash();
        assertThat(open().stored("b")).isEqualTo(Promise.NONE);
    }

    @Test
    void afterAFailedWriteNothingIsStoredAnyMore() {
        PromiseJournal journal = open();
        journal.store("a", promise(1));
        disk.failWriteAfter(0);
        assertThat(code(() -> journal.store("a", promise(2)))).isEqualTo(ErrorCode.IO_FAILED);
        assertThat(code(() -> journal.forget("a"))).isEqualTo(ErrorCode.IO_FAILED);
        disk.crash();
        assertThat(open().stored("a")).isEqualTo(promise(1));
    }

    @Test
    void aFullDiskStopsNoPromiseOfAReplicaThatHasPromisedBefore() {
        PromiseJournal journal = open();
        journal.store("a", promise(1));
        journal.store("b", promise(1));
        disk.capacity(disk.usedBytes());
        for (int epoch = 2; epoch < 300; epoch++) {
            journal.store("a", promise(epoch));
        }
        journal.close();
        PromiseJournal again = open();
        again.store("b", promise(300));
        // A new replica needs room for its log anyway.
        assertThat(code(() -> {
                    for (int i = 0; i < 1000; i++) {
                        again.store("new-" + i, promise(1));
                    }
                }))
                .isEqualTo(ErrorCode.DISK_FULL);
        again.store("a", promise(301));
        disk.crash();
        PromiseJournal last = open();
        assertThat(last.stored("a")).isEqualTo(promise(301));
        assertThat(last.stored("b")).isEqualTo(promise(300));
        disk.capacity(Long.MAX_VALUE);
        last.store("new-999", promise(1));
    }

    @Test
    void closedMeansClosed() {
        PromiseJournal journal = open();
        journal.close();
        journal.close();
        assertThat(code(() -> journal.store("a", promise(1)))).isEqualTo(ErrorCode.CLOSED);
        assertThat(open().startNumber()).isEqualTo(2);
        assertThatThrownBy(() -> open().store("x".repeat(256), promise(1))).hasMessageContaining("255");
    }

    /** Many who come while an fsync is under way share the next. */
    @Test
    void whoComesDuringAnFsyncSharesTheNext() throws Exception {
        int threads = 100;
        GatedForces gate = new GatedForces(disk);
        PromiseJournal journal = PromiseJournal.open(gate, DIRECTORY, true, 256 * 1024);
        journal.store("first", promise(1));
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            gate.close();
            List<CompletableFuture<Void>> stores = new ArrayList<>();
            stores.add(CompletableFuture.runAsync(() -> journal.store("first", promise(2)), pool));
            gate.awaitForce();
            CountDownLatch begun = new CountDownLatch(threads - 1);
            for (int i = 1; i < threads; i++) {
                String replica = "r" + i;
                stores.add(CompletableFuture.runAsync(
                        () -> {
                            begun.countDown();
                            journal.store(replica, promise(5));
                        },
                        pool));
            }
            begun.await();
            int before = gate.forces();
            gate.open();
            stores.forEach(CompletableFuture::join);
            // The one under way and the next; some who were late to the queue make a few more.
            assertThat(gate.forces() - before).isLessThan(threads / 2);
        } finally {
            pool.shutdown();
        }
        disk.crash();
        PromiseJournal again = PromiseJournal.open(disk, DIRECTORY, false);
        assertThat(again.stored("first")).isEqualTo(promise(2));
        for (int i = 1; i < threads; i++) {
            assertThat(again.stored("r" + i)).isEqualTo(promise(5));
        }
    }

    @Test
    void everybodyInAGroupThatFailsHearsOfIt() throws Exception {
        GatedForces gate = new GatedForces(disk);
        PromiseJournal journal = PromiseJournal.open(gate, DIRECTORY, true, 256 * 1024);
        ExecutorService pool = Executors.newFixedThreadPool(20);
        try {
            gate.close();
            disk.failForceAfter(0);
            List<CompletableFuture<ErrorCode>> stores = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String replica = "r" + i;
                stores.add(CompletableFuture.supplyAsync(() -> code(() -> journal.store(replica, promise(1))), pool));
            }
            gate.awaitForce();
            gate.open();
            assertThat(stores).allSatisfy(store -> assertThat(store.join()).isEqualTo(ErrorCode.IO_FAILED));
        } finally {
            pool.shutdown();
        }
    }

    /** The same disk, whose fsyncs wait while the gate is closed. */
    private static final class GatedForces extends ForwardingFileStore {
        private boolean closed;
        private int waiting;
        private int forces;

        GatedForces(FileStore files) {
            super(files);
        }

        synchronized void close() {
            closed = true;
        }

        synchronized void open() {
            closed = false;
            notifyAll();
        }

        synchronized int forces() {
            return forces;
        }

        synchronized void awaitForce() throws InterruptedException {
            while (waiting == 0) {
                wait();
            }
        }

        @Override
        public StoredFile openForWrite(Path file) throws IOException {
            StoredFile opened = super.openForWrite(file);
            return new StoredFile() {
                @Override
                public int read(ByteBuffer destination, long position) throws IOException {
                    return opened.read(destination, position);
                }

                @Override
                public void write(ByteBuffer source, long position) throws IOException {
                    opened.write(source, position);
                }

                @Override
                public void force(boolean metadata) throws IOException {
                    forcing();
                    opened.force(metadata);
                }

                @Override
                public long size() throws IOException {
                    return opened.size();
                }

                @Override
                public void truncate(long size) throws IOException {
                    opened.truncate(size);
                }

                @Override
                public void close() throws IOException {
                    opened.close();
                }
            };
        }

        private synchronized void forcing() {
            waiting++;
            notifyAll();
            try {
                while (closed) {
                    wait();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            waiting--;
            forces++;
        }
    }
}
