package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program does with files that a newer one wrote: docs/formats.md. */
class FormatVersionTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final int VERSION_AT = 4;
    private static final int NEWER = 77;

    private final SimulatedFileStore disk = new SimulatedFileStore(1);

    @BeforeEach
    void fill() {
        try (Log log = open()) {
            for (int i = 0; i < 20; i++) {
                log.append(List.of(new PlacedBatch(Batches.of(new byte[100], 1000 + i), i, 0, -1)));
            }
            log.flush();
            log.checkpoint();
        }
    }

    private Log open() {
        return Log.open(
                disk,
                DIRECTORY,
                new LogSettings(1200, 1_000_000, 150),
                InstantSource.fixed(Instant.ofEpochMilli(5000)));
    }

    /** The same file, right in all but its version. */
    private byte[] newer(Path file) throws IOException {
        byte[] bytes = disk.contents(file).clone();
        ByteBuffer.wrap(bytes).putInt(VERSION_AT, NEWER);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        ByteBuffer.wrap(bytes).putInt(bytes.length - Integer.BYTES, (int) crc.getValue());
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"leader-epochs", "recovery-point", "clean-stop", "log-start"})
    void aSmallFileOfANewerVersionKeepsTheLogClosedAndUntouched(String name) throws IOException {
        Path file = DIRECTORY.resolve(name);
        byte[] newer = newer(file);
        disk.contents(file, newer);
        assertThatThrownBy(this::open)
                .isInstanceOf(TailraceException.class)
                .hasMessageContaining(name)
                .extracting(thrown -> ((TailraceException) thrown).code())
                .isEqualTo(ErrorCode.DATA_DIR_VERSION);
        assertThat(disk.contents(file)).isEqualTo(newer);
    }

    @Test
    void anIndexOfANewerVersionIsMadeAgain() throws IOException {
        Path file = DIRECTORY.resolve(String.format("%020d.index", 0));
        byte[] known = disk.contents(file).clone();
        byte[] newer = known.clone();
        ByteBuffer.wrap(newer).putInt(VERSION_AT, NEWER);
        disk.contents(file, newer);
        try (Log log = open();
                LogReader reader = log.newReader()) {
            assertThat(log.endOffset()).isEqualTo(20);
            for (int offset = 19; offset >= 0; offset--) {
                assertThat(reader.read(offset, 1, 20).getLong()).isEqualTo(offset);
            }
        }
        assertThat(disk.contents(file)).isEqualTo(known);
    }
}
