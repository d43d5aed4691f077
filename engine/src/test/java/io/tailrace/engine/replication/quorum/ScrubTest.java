package io.tailrace.engine.replication.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.log.SimulatedFileStore;
import io.tailrace.engine.record.ControlRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScrubTest {
    private static final Path DIRECTORY = Path.of("/log");
    /** Each batch gets a segment of its own. */
    private static final LogSettings SMALL = new LogSettings(100, 1_000_000, 100);

    private final SimulatedFileStore files = new SimulatedFileStore(1);
    private final Log log = Log.open(files, DIRECTORY, SMALL, () -> Instant.ofEpochMilli(1));
    private final Scrub scrub = new Scrub(log);

    private void append() {
        long end = log.endOffset();
        log.append(List.of(new PlacedBatch(ControlRecords.barrier(end, 1, 1), end, 1, -1)));
    }

    @Test
    void readsAllThatIsOnTheDiskAndBeginsAnew() {
        append();
        append();
        log.flush();
        append();
        assertThat(scrub.step(10)).isPositive();
        assertThat(scrub.step(10)).isPositive();
        assertThat(scrub.offset()).isEqualTo(2);
        assertThat(scrub.step(10)).isZero();
        log.flush();
        log.advanceStartTo(2);
        assertThat(scrub.step(10)).isPositive();
        assertThat(scrub.offset()).isEqualTo(3);
    }

    @Test
    void meetsDamageFarBelowTheEnd() throws IOException {
        for (int i = 0; i < 5; i++) {
            append();
        }
        log.flush();
        files.damage(DIRECTORY.resolve("00000000000000000002.log"), 65, 1);
        assertThat(scrub.step(10)).isPositive();
        assertThat(scrub.step(10)).isPositive();
        assertThatThrownBy(() -> scrub.step(10))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_LOG));
        assertThat(scrub.offset()).isEqualTo(2);
    }
}
