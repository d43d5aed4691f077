package io.tailrace.engine.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.LogDamage;
import io.tailrace.engine.log.SimulatedFileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Damaged snapshots are found, and mended by their twins. */
class ReplicaFilesScrubTest {
    private static final Path DIRECTORY = Path.of("/replica");
    private static final Path SNAPSHOT = DIRECTORY.resolve("00000000000000000017.snapshot");
    private static final Path COPY = DIRECTORY.resolve("00000000000000000017.copy.snapshot");

    private final SimulatedFileStore files = new SimulatedFileStore(1);
    private final ReplicaFilesScrub scrub = new ReplicaFilesScrub(files, DIRECTORY);

    private void write(Path file) throws IOException {
        files.createDirectories(DIRECTORY);
        CheckedFile.write(files, file, 1, 1, ByteBuffer.allocate(40));
    }

    @Test
    void eitherOfTwoIsCopiedFromTheOther() throws IOException {
        write(SNAPSHOT);
        write(COPY);
        assertThat(scrub.look()).isEmpty();
        for (Path damaged : new Path[] {SNAPSHOT, COPY}) {
            files.damage(damaged, 12, 2);
            assertThat(scrub.look()).singleElement().extracting(LogDamage::file).isEqualTo(damaged);
            assertThat(scrub.mend(damaged)).isTrue();
            assertThat(scrub.look()).isEmpty();
            files.crash();
            assertThat(CheckedFile.problem(files, damaged)).isNull();
            assertThat(files.exists(DIRECTORY.resolve(damaged.getFileName() + ".damaged")))
                    .isTrue();
        }
    }

    @Test
    void oneWithoutATwinIsSetAside() throws IOException {
        write(SNAPSHOT);
        files.damage(SNAPSHOT, 12, 2);
        assertThat(scrub.mend(SNAPSHOT)).isFalse();
        assertThat(files.exists(SNAPSHOT)).isFalse();
        assertThat(scrub.look()).isEmpty();
        assertThat(scrub.mend(SNAPSHOT)).as("there is nothing to mend any more").isTrue();
    }
}
