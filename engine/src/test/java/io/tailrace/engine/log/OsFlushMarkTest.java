package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OsFlushMarkTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final Path FILE = DIRECTORY.resolve(OsFlushMark.NAME);

    private final SimulatedFileStore disk = new SimulatedFileStore(1);

    private Log open(String boot, boolean flushesToOs) {
        OsFlushMark mark = OsFlushMark.read(disk, DIRECTORY, boot);
        Log log = Log.open(disk, DIRECTORY, LogSettings.DEFAULTS, () -> Instant.ofEpochMilli(1));
        mark.opened(flushesToOs);
        return log;
    }

    private boolean mayHaveLost(String boot) {
        return OsFlushMark.read(disk, DIRECTORY, boot).mayHaveLost();
    }

    private static void append(Log log) {
        log.append(List.of(new PlacedBatch(Batches.of(new byte[5], 1), log.endOffset(), 0, -1)));
    }

    @Test
    void anotherBootWithoutACleanStopMayHaveLostSomething() {
        append(open("one", true));
        disk.kill();
        assertThat(mayHaveLost("one")).isFalse();
        disk.crash();
        assertThat(mayHaveLost("two")).isTrue();
    }

    @Test
    void aCleanStopHasLostNothing() {
        Log log = open("one", true);
        append(log);
        log.close();
        disk.crash();
        assertThat(mayHaveLost("two")).isFalse();
        append(open("two", true));
        disk.crash();
        assertThat(mayHaveLost("three")).isTrue();
    }

    @Test
    void whoForcesWhatItAppendsHasLostNothing() {
        append(open("one", true));
        disk.kill();
        append(open("one", false));
        disk.crash();
        assertThat(mayHaveLost("two")).isFalse();
    }

    @Test
    void aDamagedMarkIsOfAnotherBoot() throws IOException {
        append(open("one", true));
        disk.kill();
        for (int at = 8; at < disk.contents(FILE).length; at++) {
            SimulatedFileStore damaged = disk.copy(1);
            damaged.damage(FILE, at, 1);
            assertThat(OsFlushMark.read(damaged, DIRECTORY, "one").mayHaveLost())
                    .isTrue();
        }
    }
}
