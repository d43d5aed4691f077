package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    private static final Path DIRECTORY = Path.of("/simulated");

    private final SimulatedFileStore disk = new SimulatedFileStore(1);
    private final OpenFiles files = new OpenFiles(disk, 3);

    @BeforeEach
    void create() throws IOException {
        disk.createDirectories(DIRECTORY);
        for (int i = 0; i < 10; i++) {
            disk.contents(DIRECTORY.resolve("f" + i), new byte[] {(byte) i});
        }
    }

    @Test
    void noMoreThanTheLimitIsOpenAndAllCanBeRead() throws IOException {
        List<StoredFile> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(files.openForRead(DIRECTORY.resolve("f" + i)));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10; i++) {
                assertThat(firstByte(all.get(i))).isEqualTo(i);
                assertThat(files.openCount()).isLessThanOrEqualTo(3);
            }
        }
        for (StoredFile file : all) {
            file.close();
        }
        assertThat(files.openCount()).isZero();
    }

    @Test
    void whatIsNotForcedStaysOpen() throws IOException {
        List<StoredFile> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            StoredFile file = files.openForWrite(DIRECTORY.resolve("f" + i));
            file.write(ByteBuffer.wrap(new byte[] {7}), 0);
            all.add(file);
        }
        assertThat(files.openCount()).isEqualTo(10);
        for (StoredFile file : all) {
            file.force(false);
        }
        assertThat(firstByte(files.openForRead(DIRECTORY.resolve("f0")))).isEqualTo(7);
        assertThat(files.openCount()).isLessThanOrEqualTo(3);
    }

    @Test
    void aClosedFileStaysClosed() throws IOException {
        StoredFile file = files.openForRead(DIRECTORY.resolve("f1"));
        file.close();
        file.close();
        assertThatThrownBy(() -> firstByte(file)).isInstanceOf(IOException.class);
        assertThat(files.openCount()).isZero();
    }

    @Test
    void aMissingFileIsMissedWhenItIsOpened() {
        assertThatThrownBy(() -> files.openForRead(DIRECTORY.resolve("nothing")))
                .isInstanceOf(IOException.class);
    }

    private static int firstByte(StoredFile file) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        file.read(one, 0);
        return one.get(0);
    }
}
