package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFileStoreTest {
    private final DiskFileStore files = new DiskFileStore();

    @TempDir
    private Path directory;

    @Test
    void aLockIsHeldByOneUntilItIsGivenBack() throws IOException {
        Path file = directory.resolve("lock");
        Closeable lock = files.tryLock(file).orElseThrow();
        assertThat(files.tryLock(file)).isEmpty();
        lock.close();
        files.tryLock(file).orElseThrow().close();
    }

    @Test
    void readsAndWritesAreByPositionAndStopAtTheEnd() throws IOException {
        Path file = directory.resolve("a/b/file");
        files.createDirectories(directory.resolve("a/b"));
        try (StoredFile stored = files.openForWrite(file)) {
            stored.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 2);
            stored.force(true);
            assertThat(stored.size()).isEqualTo(6);
            ByteBuffer read = ByteBuffer.allocate(10);
            assertThat(stored.read(read, 1)).isEqualTo(5);
            assertThat(read.get(1)).isEqualTo((byte) 1);
            assertThat(stored.read(ByteBuffer.allocate(1), 6)).isZero();
            stored.truncate(3);
            assertThat(stored.size()).isEqualTo(3);
        }
        files.rename(file, directory.resolve("a/b/other"));
        files.syncDirectory(directory.resolve("a/b"));
        assertThat(files.list(directory.resolve("a/b"))).containsExactly("other");
        files.delete(directory.resolve("a/b/other"));
        files.delete(directory.resolve("a/b/other"));
        assertThat(files.exists(directory.resolve("a/b/other"))).isFalse();
        assertThat(files.usableBytes(directory)).isPositive();
    }

    @Test
    void anInterruptHarmsNeitherReadNorWriteAndIsKept() throws IOException {
        Path file = directory.resolve("file");
        Files.write(file, new byte[] {5});
        try (StoredFile stored = files.openForWrite(file)) {
            Thread.currentThread().interrupt();
            ByteBuffer read = ByteBuffer.allocate(1);
            stored.read(read, 0);
            assertThat(read.get(0)).isEqualTo((byte) 5);
            stored.write(ByteBuffer.wrap(new byte[] {6}), 1);
            stored.force(false);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(stored.size()).isEqualTo(2);
        }
    }
}
