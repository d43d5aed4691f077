package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.RecordBatch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
    private static final LogSettings SMALL = new LogSettings(4000, Long.MAX_VALUE, 256);

    @TempDir
    private Path directory;

    private final FileStore files = new DiskFileStore();
    private final LogModel model = new LogModel();

    @Test
    void whatWasAppendedIsReadThroughRollsAndReopening() {
        Random random = new Random(1);
        Log log = open();
        for (int i = 0; i < 300; i++) {
            append(log, random, i / 60);
            if (i % 50 == 49) {
                model.assertSameAs(log);
                log.close();
                log = open();
                assertThat(log.recovery().clean()).isTrue();
                model.assertSameAs(log);
            }
        }
        log.close();
    }

    private Log open() {
        return Log.open(files, directory, SMALL, () -> Instant.ofEpochMilli(5_000));
    }

    private void append(Log log, Random random, int epoch) {
        List<RecordBatch> fresh = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            fresh.add(Batches.random(random, 4, 100, 1_000));
        }
        List<PlacedBatch> placed = model.place(epoch, fresh);
        log.append(placed);
        model.add(placed);
    }
}
