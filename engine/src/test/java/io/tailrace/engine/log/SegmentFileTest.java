package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.log.SegmentFile.Verdict;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentFileTest {
    private static final Path DIRECTORY = Path.of("/simulated/log");
    private static final Path FILE = DIRECTORY.resolve("00000000000000000000.log");

    private final SimulatedFileStore disk = new SimulatedFileStore(1);
    private final LogModel model = new LogModel();

    @BeforeEach
    void fill() {
        try (Log log = Log.open(disk, DIRECTORY, LogSettings.DEFAULTS, () -> Instant.ofEpochMilli(1))) {
            List<PlacedBatch> placed = model.place(
                    0,
                    List.of(Batches.of(new byte[10], 1), Batches.of(new byte[20], 2, 3), Batches.of(new byte[9], 4)));
            log.append(placed);
            model.add(placed);
        }
    }

    @Test
    void everyBatchComesWithItsPosition() {
        List<Long> positions = new ArrayList<>();
        List<RecordBatch> batches = new ArrayList<>();
        try (SegmentFile file = SegmentFile.open(disk, FILE)) {
            for (SegmentFile.Entry entry = file.next(); entry != null; entry = file.next()) {
                assertThat(entry.verdict()).isEqualTo(Verdict.VALID);
                positions.add(entry.position());
                batches.add(file.read(entry));
            }
        }
        assertThat(batches.stream().map(RecordBatch::bytes).toList()).isEqualTo(model.bytes());
        int first = model.batches.get(0).sizeInBytes();
        int second = model.batches.get(1).sizeInBytes();
        assertThat(positions).isEqualTo(List.of(0L, (long) first, (long) first + second));
    }

    @Test
    void damageIsStatedAndSteppedOverWhereItCanBe() throws IOException {
        byte[] bytes = disk.contents(FILE);
        bytes[65] ^= 1;
        disk.contents(FILE, Arrays.copyOf(bytes, bytes.length - 1));
        try (SegmentFile file = SegmentFile.open(disk, FILE)) {
            assertThat(file.next().verdict()).isEqualTo(Verdict.BAD_CHECKSUM);
            assertThat(file.next().verdict()).isEqualTo(Verdict.VALID);
            SegmentFile.Entry torn = file.next();
            assertThat(torn.verdict()).isEqualTo(Verdict.NOT_A_BATCH);
            assertThat(torn.problem()).contains("cut off");
            assertThat(file.next()).isNull();
        }
    }
}
