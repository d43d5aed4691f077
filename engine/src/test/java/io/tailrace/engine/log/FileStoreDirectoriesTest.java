package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Directories move and go in the same way on every file store. */
class FileStoreDirectoriesTest {
    @TempDir
    private Path root;

    static Stream<FileStore> stores() {
        return Stream.of(new DiskFileStore(), new OpenFiles(new DiskFileStore(), 2), new SimulatedFileStore(1));
    }

    private Path filled(FileStore files, String name) throws IOException {
        Path directory = root.resolve(name);
        files.createDirectories(directory);
        for (String each : new String[] {"a", "b"}) {
            try (StoredFile file = files.openForWrite(directory.resolve(each))) {
                file.write(ByteBuffer.wrap(new byte[] {7}), 0);
                file.force(true);
            }
        }
        files.syncDirectory(directory);
        return directory;
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aDirectoryMovesWithAllThatIsInIt(FileStore files) throws IOException {
        Path from = filled(files, "from");
        files.createDirectories(root.resolve("aside"));
        Path to = root.resolve("aside/to");
        files.moveDirectory(from, to);
        assertThat(files.exists(from)).isFalse();
        assertThat(files.isDirectory(to)).isTrue();
        assertThat(files.isDirectory(to.resolve("a"))).isFalse();
        assertThat(files.list(to)).containsExactlyInAnyOrder("a", "b");
        assertThat(files.list(root.resolve("aside"))).containsExactly("to");
        try (StoredFile file = files.openForRead(to.resolve("a"))) {
            assertThat(file.size()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void nothingIsMovedOntoWhatIsThere(FileStore files) throws IOException {
        Path from = filled(files, "from");
        Path to = root.resolve("to");
        files.createDirectories(to);
        assertThatThrownBy(() -> files.moveDirectory(from, to)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> files.moveDirectory(root.resolve("none"), root.resolve("new")))
                .isInstanceOf(IOException.class);
        assertThat(files.list(from)).hasSize(2);
        assertThat(files.list(to)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aDirectoryGoesWithItsFilesButNotWithDirectories(FileStore files) throws IOException {
        Path directory = filled(files, "some");
        files.createDirectories(directory.resolve("sub"));
        assertThatThrownBy(() -> files.deleteDirectory(directory)).isInstanceOf(IOException.class);
        assertThat(files.list(directory)).contains("a", "b", "sub");
        files.deleteDirectory(directory.resolve("sub"));
        files.deleteDirectory(directory);
        files.deleteDirectory(directory);
        assertThat(files.exists(directory)).isFalse();
        assertThat(files.list(root)).doesNotContain("some");
    }

    @Test
    void aCrashLeavesAMovedDirectoryAtOneOfItsPlaces() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            SimulatedFileStore disk = new SimulatedFileStore(seed);
            Path from = filled(disk, "from");
            Path to = root.resolve("to");
            disk.stopAfter(seed % 2);
            try {
                disk.moveDirectory(from, to);
                assertThat(disk.exists(to)).isTrue();
            } catch (IOException stopped) {
                assertThat(disk.stopped()).isTrue();
            }
            disk.crash();
            assertThat(disk.exists(from)).isNotEqualTo(disk.exists(to));
            assertThat(disk.list(disk.exists(from) ? from : to)).containsExactlyInAnyOrder("a", "b");
        }
    }
}
