package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.TombstoneMarks.Horizon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TombstoneMarksTest {
    private static final Path DIRECTORY = Path.of("/log");
    private static final Path FILE = DIRECTORY.resolve(TombstoneMarks.NAME);
    private static final int MAGIC = 0x5452544d;

    private final SimulatedFileStore files = new SimulatedFileStore(1);

    @BeforeEach
    void makeTheDirectory() throws IOException {
        files.createDirectories(DIRECTORY);
    }

    private TombstoneMarks open() throws IOException {
        return TombstoneMarks.open(files, DIRECTORY, 1_000);
    }

    @Test
    void whatWasWrittenIsThereAfterACrash() throws IOException {
        TombstoneMarks marks = open();
        marks.settledBelow(500, new Horizon(77, 300));
        marks.goneBelow(400);
        files.crash();
        assertThat(open().current()).isEqualTo(new Tombstones(500, 400));
        assertThat(open().nextHorizon()).isEqualTo(new Horizon(77, 300));
        assertThat(TombstoneMarks.isGivenUp(files, DIRECTORY)).isFalse();
    }

    @Test
    void neitherGoesBackByCompaction() throws IOException {
        TombstoneMarks marks = open();
        marks.settledBelow(500, Horizon.NONE);
        marks.goneBelow(400);
        marks.settledBelow(100, Horizon.NONE);
        marks.goneBelow(100);
        assertThat(marks.current()).isEqualTo(new Tombstones(500, 400));
    }

    @Test
    void whatIsTakenFromAnotherLogIsKnownBeforeItIsThere() throws IOException {
        TombstoneMarks marks = open();
        marks.settledBelow(500, Horizon.NONE);
        marks.continued(200, new Tombstones(450, 300), false);
        assertThat(marks.current()).isEqualTo(new Tombstones(450, 300));
        files.crash();
        assertThat(open().current()).isEqualTo(new Tombstones(450, 300));
    }

    @Test
    void whatComesAtTheEndOfALogWritesNothing() throws IOException {
        TombstoneMarks marks = open();
        marks.continued(0, Tombstones.NONE, true);
        marks.continued(700, new Tombstones(300, 200), false);
        assertThat(files.exists(FILE)).isFalse();
        assertThat(marks.current()).isEqualTo(Tombstones.NONE);
    }

    @Test
    void aLogThatWasGivenUpSaysSo() throws IOException {
        open().giveUp();
        files.crash();
        assertThat(TombstoneMarks.isGivenUp(files, DIRECTORY)).isTrue();
    }

    @Test
    void aDamagedFileMakesAReplicaWithPeersGiveUpAndASoleVoterTakeAllTombstonesForGone() throws IOException {
        open().settledBelow(500, Horizon.NONE);
        CleanedTo.write(files, DIRECTORY, 450);
        for (int at = 0; at < files.durableSize(FILE); at++) {
            files.damage(FILE, at, 1 << at % 8);
            assertThat(TombstoneMarks.isGivenUp(files, DIRECTORY)).isTrue();
            assertThat(open().current()).isEqualTo(new Tombstones(450, 1_000));
            files.damage(FILE, at, 1 << at % 8);
        }
    }

    @Test
    void aLogFromBeforeTakesItsTombstonesForGoneWhereItWasCompacted() throws IOException {
        CleanedTo.write(files, DIRECTORY, 450);
        assertThat(open().current()).isEqualTo(new Tombstones(450, 450));
        assertThat(TombstoneMarks.isGivenUp(files, DIRECTORY)).isFalse();
    }

    @Test
    void anotherVersionIsNotGuessedAt() throws IOException {
        CheckedFile.write(files, FILE, MAGIC, 2, ByteBuffer.allocate(1));
        assertThatThrownBy(this::open).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.DATA_DIR_VERSION));
    }
}
