package io.tailrace.streams.state.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import io.tailrace.streams.state.StateBackend;
import io.tailrace.streams.state.StateBackendContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksBackendTest extends StateBackendContract {
    private static final PartitionId TASK_LOG = new PartitionId(new UUID(1, 2), 3);
    private static final byte[] KEY = {1};

    private final RocksMemory memory = RocksMemory.of(8 << 20, 2 << 20);

    @TempDir
    Path directory;

    @AfterEach
    void giveBack() {
        memory.close();
    }

    @Override
    protected StateBackend open() {
        return open(directory.resolve("contract"), TASK_LOG);
    }

    private RocksBackend open(Path task, PartitionId log) {
        return RocksBackend.open(task, log, memory);
    }

    @Override
    protected boolean outlivesClosing() {
        return true;
    }

    private Path written() {
        Path task = directory.resolve("application").resolve("0_3");
        try (RocksBackend backend = open(task, TASK_LOG)) {
            backend.apply(Map.of("a", Map.of(KEY, new byte[] {2})), 7);
        }
        return task;
    }

    private void isCleared(Path task, PartitionId log) {
        try (RocksBackend backend = open(task, log)) {
            assertThat(backend.appliedUpTo()).isZero();
            assertThat(backend.store("a").get(KEY)).isNull();
            backend.apply(Map.of("a", Map.of(KEY, new byte[] {3})), 9);
        }
        try (RocksBackend backend = open(task, log)) {
            assertThat(backend.appliedUpTo()).isEqualTo(9);
            assertThat(backend.store("a").get(KEY)).containsExactly(3);
        }
    }

    @Test
    void stateOfAnotherLogIsCleared() {
        isCleared(written(), new PartitionId(new UUID(1, 2), 4));
        isCleared(written(), new PartitionId(new UUID(1, 3), 3));
    }

    @Test
    void stateOfAnotherFormatIsCleared() throws Exception {
        Path task = written();
        try (RocksDatabase database = RocksDatabase.open(task.toFile(), memory);
                org.rocksdb.WriteBatch batch = new org.rocksdb.WriteBatch()) {
            byte[] owner = RocksFormat.owner(TASK_LOG);
            owner[0]++;
            batch.put(RocksFormat.OWNER, owner);
            database.write(batch);
        }
        isCleared(task, TASK_LOG);
    }

    private static List<Path> files(Path task, String glob) throws IOException {
        try (Stream<Path> files = Files.list(task)) {
            return files.filter(file -> file.getFileName().toString().matches(glob))
                    .toList();
        }
    }

    @Test
    void aDatabaseWhoseFilesAreMissingOrBrokenIsMadeAnew() throws Exception {
        for (String glob : List.of("MANIFEST-.*", "CURRENT", ".*\\.sst", ".*")) {
            Path task = written();
            for (Path file : files(task, glob)) {
                Files.delete(file);
            }
            isCleared(task, TASK_LOG);
        }
        for (String glob : List.of("MANIFEST-.*", "CURRENT", ".*\\.sst")) {
            Path task = written();
            for (Path file : files(task, glob)) {
                Files.write(file, new byte[] {1, 2, 3});
            }
            isCleared(task, TASK_LOG);
        }
    }

    @Test
    void damageThatAReadFindsIsMendedByTheNextOpen() throws Exception {
        Path task = directory.resolve("damaged");
        try (RocksBackend backend = open(task, TASK_LOG)) {
            for (int i = 1; i <= 200; i++) {
                backend.apply(Map.of("a", Map.of(new byte[] {(byte) i, 0}, new byte[1000])), i);
            }
            backend.apply(Map.of("a", Map.of(KEY, new byte[] {2})), 1_000);
        }
        for (Path file : files(task, ".*\\.sst")) {
            byte[] bytes = Files.readAllBytes(file);
            // The middle: blocks of data, while what is read at the open is at the end and at the beginning.
            bytes[bytes.length / 2] ^= 0x55;
            Files.write(file, bytes);
        }
        try (RocksBackend backend = open(task, TASK_LOG)) {
            assertThatThrownBy(() -> {
                        try (Entries<byte[], byte[]> all = backend.store("a").range(null, null)) {
                            all.forEachRemaining(entry -> {});
                        }
                    })
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_STATE));
        }
        isCleared(task, TASK_LOG);
    }

    @Test
    void whoOpensItTwiceIsTold() {
        Path task = directory.resolve("twice");
        try (RocksBackend first = open(task, TASK_LOG)) {
            assertThatThrownBy(() -> open(task, TASK_LOG))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIR_IN_USE));
            first.apply(Map.of("a", Map.of(KEY, new byte[] {2})), 1);
            assertThat(first.store("a").get(KEY)).containsExactly(2);
        }
    }

    @Test
    void whereNoDirectoryCanBeMadeThereIsNoState() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[1]);
        assertThatThrownBy(() -> open(file.resolve("task"), TASK_LOG))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIR_UNUSABLE));
    }

    @Test
    void whoReadsWhatIsClosedIsTold() {
        Path task = written();
        RocksBackend backend = open(task, TASK_LOG);
        ReadOnlyBytesStore store = backend.store("a");
        Entries<byte[], byte[]> open = store.range(null, null);
        assertThat(open.hasNext()).isTrue();
        backend.close();
        backend.close();
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable read :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        open::hasNext, open::next, () -> store.get(KEY), () -> store.range(null, null))) {
            assertThatThrownBy(read).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                    .isEqualTo(ErrorCode.CLOSED));
        }
        open.close();
        assertThat(backend.sizeInBytes()).isZero();
    }

    @Test
    void entriesAreThoseOfTheMomentInWhichTheyWereAskedFor() {
        try (RocksBackend backend = open(directory.resolve("moment"), TASK_LOG)) {
            backend.apply(Map.of("a", Map.of(KEY, new byte[] {2})), 1);
            try (Entries<byte[], byte[]> entries = backend.store("a").range(null, null)) {
                backend.apply(Map.of("a", Map.of(KEY, new byte[] {3}, new byte[] {2}, new byte[1])), 2);
                assertThat(entries.next().value()).containsExactly(2);
                assertThat(entries.hasNext()).isFalse();
            }
        }
    }

    @Test
    void entriesThatNobodyClosesAreBounded() {
        try (RocksBackend backend = open(directory.resolve("leak"), TASK_LOG)) {
            backend.apply(Map.of("a", Map.of(KEY, new byte[] {2})), 1);
            List<Entries<byte[], byte[]>> open = new ArrayList<>();
            for (int i = 0; i < RocksDatabase.MOST_OPEN_ENTRIES; i++) {
                open.add(backend.store("a").range(null, null));
            }
            assertThatThrownBy(() -> backend.store("a").range(null, null))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
            open.get(0).close();
            open.get(0).close();
            backend.store("a").range(null, null).close();
        }
    }

    @Test
    void whoReadsWhileItIsClosedGetsAnAnswerOrIsTold() throws Exception {
        for (int round = 0; round < 20; round++) {
            RocksBackend backend = open(directory.resolve("race"), TASK_LOG);
            backend.apply(Map.of("a", Map.of(KEY, new byte[] {2})), 1);
            List<Throwable> ends = java.util.Collections.synchronizedList(new ArrayList<>());
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(new Thread(() -> {
                    try {
                        while (true) {
                            assertThat(backend.store("a").get(KEY)).containsExactly(2);
                            try (Entries<byte[], byte[]> entries =
                                    backend.store("a").reverseRange(null, null)) {
                                entries.next();
                            }
                        }
                    } catch (RuntimeException | AssertionError e) {
                        ends.add(e);
                    }
                }));
            }
            readers.forEach(Thread::start);
            for (int i = 0; i < 20; i++) {
                backend.apply(Map.of("a", Map.of(KEY, new byte[] {2})), 2 + i);
            }
            backend.close();
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(ends).hasSize(3).allSatisfy(end -> assertThat(end)
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED)));
        }
    }

    @Test
    void memoryOfANonsensicalSizeIsRefused() {
        for (long[] sizes : new long[][] {{0, 0}, {1 << 20, 1 << 20}, {8 << 20, 0}, {-1, -2}}) {
            assertThatThrownBy(() -> RocksMemory.of(sizes[0], sizes[1]))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING));
        }
    }
}
