package io.tailrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own classes read what the log wrote, and the log reads what they wrote. */
class LogKafkaTest {
    private static final LogSettings SETTINGS = new LogSettings(20_000, 1_000_000, 512);

    @TempDir
    private Path directory;

    @Test
    void kafkaReadsOurSegmentFiles() throws IOException {
        Random random = new Random(3);
        LogModel model = new LogModel();
        List<Path> paths = new ArrayList<>();
        try (Log log = open()) {
            for (int i = 0; i < 300; i++) {
                List<PlacedBatch> placed = model.place(i / 100, List.of(Batches.random(random, 5, 200, 1000)));
                log.append(placed);
                model.add(placed);
            }
            log.chain().segments().forEach(segment -> paths.add(segment.path()));
        }
        assertThat(paths).hasSizeGreaterThan(3);
        List<String> ours = new ArrayList<>();
        model.batches.forEach(batch -> batch.records(1 << 20).forEach(record -> ours.add(text(record))));
        List<String> kafkas = new ArrayList<>();
        List<String> epochs = new ArrayList<>();
        for (Path path : paths) {
            try (FileRecords records = FileRecords.open(path.toFile(), false)) {
                records.batches().forEach(batch -> {
                    batch.ensureValid();
                    epochs.add(batch.baseOffset() + " " + batch.partitionLeaderEpoch());
                    batch.forEach(record -> kafkas.add(
                            record.offset() + " " + record.timestamp() + " " + Arrays.toString(bytes(record.value()))));
                });
            }
        }
        assertThat(kafkas).isEqualTo(ours);
        assertThat(epochs)
                .isEqualTo(model.batches.stream()
                        .map(batch -> batch.baseOffset() + " " + batch.leaderEpoch())
                        .toList());
    }

    @Test
    void weReadASegmentFileThatKafkaWrote() throws IOException {
        List<String> written = new ArrayList<>();
        Path path = directory.resolve("00000000000000000000.log");
        try (FileRecords file = FileRecords.open(path.toFile(), true)) {
            long offset = 0;
            for (int i = 0; i < 50; i++) {
                SimpleRecord[] records = new SimpleRecord[1 + i % 4];
                for (int j = 0; j < records.length; j++) {
                    records[j] =
                            new SimpleRecord(1000 + i, null, ("value " + i + "." + j).getBytes(StandardCharsets.UTF_8));
                    written.add((offset + j) + " value " + i + "." + j);
                }
                Compression compression =
                        i % 2 == 0 ? Compression.NONE : Compression.gzip().build();
                file.append(MemoryRecords.withRecords(
                        (byte) 2,
                        offset,
                        compression,
                        TimestampType.CREATE_TIME,
                        -1,
                        (short) -1,
                        -1,
                        i / 20,
                        false,
                        records));
                offset += records.length;
            }
            file.flush();
        }
        try (Log log = open()) {
            assertThat(log.recovery().recoveryPointLost()).isTrue();
            assertThat(log.recovery().epochIndexRebuilt()).isTrue();
            assertThat(log.lastEpoch()).isEqualTo(2);
            assertThat(log.lastSequenceNr()).isEqualTo(50);
            List<String> read = new ArrayList<>();
            for (ByteBuffer bytes : LogModel.readAll(log, 600)) {
                for (Record record : RecordBatch.at(bytes).records(1 << 20)) {
                    read.add(record.offset() + " " + StandardCharsets.UTF_8.decode(record.value()));
                }
            }
            assertThat(read).isEqualTo(written);
            assertThat(log.offsetForTimestamp(1017, Long.MAX_VALUE)).hasValue(41);
        }
        try (Log again = open()) {
            assertThat(again.recovery().clean()).isTrue();
        }
    }

    private Log open() {
        return Log.open(new DiskFileStore(), directory, SETTINGS, () -> Instant.ofEpochMilli(2_000));
    }

    private static String text(Record record) {
        return record.offset() + " " + record.timestamp() + " " + Arrays.toString(bytes(record.value()));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
