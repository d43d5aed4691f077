package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.PlacedBatch;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.PromiseJournal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogCheckCommandTest {
    private static final String TOPIC = "4b7a3c52-7f0b-4f0e-9d0c-0d8f3f1f5a11";

    private final FileStore files = new DiskFileStore();
    private final CapturedTerminal terminal = new CapturedTerminal();

    @TempDir
    Path directory;

    private Path partition = Path.of("");

    @BeforeEach
    void fill() throws IOException {
        partition = directory.resolve("partitions/" + TOPIC + "-0");
        for (Path each : List.of(partition, directory.resolve("partitions/" + TOPIC + "-1"))) {
            try (Log log = Log.open(files, each, new LogSettings(300, 1000, 100), InstantSource.system())) {
                for (int i = 0; i < 6; i++) {
                    RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1000);
                    builder.append(1000 + i, new byte[3], new byte[20]);
                    log.append(List.of(new PlacedBatch(builder.build(), i, i / 3, -1)));
                }
            }
        }
        CheckedFile.write(files, directory.resolve("tailrace.node"), 1, 1, ByteBuffer.allocate(16));
        CheckedFile.write(files, directory.resolve("catalog"), 1, 1, ByteBuffer.allocate(9));
        CheckedFile.write(files, partition.resolve("promise"), 1, 1, ByteBuffer.allocate(20));
        CheckedFile.write(files, partition.resolve("00000000000000000003.snapshot"), 1, 1, ByteBuffer.allocate(9));
        Files.createFile(directory.resolve("tailrace.lock"));
    }

    private int check(String... more) {
        List<String> line = new ArrayList<>(List.of("log", "check", directory.toString()));
        line.addAll(List.of(more));
        return terminal.run(line.toArray(String[]::new));
    }

    @Test
    void aSoundDirectorySaysSo() {
        assertThat(check()).as(terminal.out()).isZero();
        assertThat(terminal.out()).isEmpty();
        assertThat(terminal.err()).startsWith("2 partitions, 12 good batches, ").endsWith(" bytes: sound\n");
    }

    @Test
    void onePartitionCanBeChecked() {
        assertThat(terminal.run("log", "check", partition.toString())).isZero();
        assertThat(terminal.err()).startsWith("1 partition, 6 good batches, ");
    }

    @Test
    void aFlippedBitInAnyFileIsReportedWithItsFile() throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : all) {
            byte[] good = Files.readAllBytes(file);
            for (int at = 0; at < good.length; at += 11) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << at % 8);
                Files.write(file, bad);
                CapturedTerminal here = new CapturedTerminal();
                assertThat(here.run("log", "check", directory.toString()))
                        .as(file + " byte " + at)
                        .isEqualTo(1);
                assertThat(here.out()).contains(directory.relativize(file).toString());
                assertThat(here.err()).doesNotContain("sound").hasLineCount(1);
            }
            Files.write(file, good);
        }
        assertThat(check()).isZero();
    }

    @Test
    void damagedPromisesAreReported() throws IOException {
        PromiseJournal journal = PromiseJournal.open(files, directory, true);
        journal.store(partition.getFileName().toString(), new Promise(3, new UUID(1, 2)));
        journal.close();
        assertThat(check()).as(terminal.out()).isZero();
        for (String name : PromiseJournal.fileNames()) {
            byte[] bytes = Files.readAllBytes(directory.resolve(name));
            bytes[30] ^= 1;
            Files.write(directory.resolve(name), bytes);
        }
        assertThat(check()).isEqualTo(1);
        assertThat(terminal.outLines()).hasSize(1);
        assertThat(terminal.out()).contains("promises-0").contains("lost or damaged");
    }

    @Test
    void jsonHasALineForEachProblem() throws IOException {
        byte[] promise = Files.readAllBytes(partition.resolve("promise"));
        promise[9] ^= 1;
        Files.write(partition.resolve("promise"), promise);
        Path segment = partition.resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[70] ^= 1;
        Files.write(segment, bytes);
        assertThat(check("--format", "json")).isEqualTo(1);
        assertThat(terminal.outLines()).hasSize(2);
        List<JsonNode> lines = new ArrayList<>();
        for (String line : terminal.outLines()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        assertThat(lines)
                .extracting(line -> line.get("code").asText())
                .containsExactlyInAnyOrder("BAD_FILE", "BAD_BATCH");
        JsonNode batch =
                lines.stream().filter(line -> line.has("position")).findFirst().orElseThrow();
        assertThat(batch.get("position").asLong()).isZero();
        assertThat(batch.get("offset").asLong()).isZero();
        assertThat(batch.get("severity").asText()).isEqualTo("ERROR");
        assertThat(batch.get("file").asText()).isEqualTo("partitions/" + TOPIC + "-0/00000000000000000000.log");
        assertThat(batch.get("repair").isNull()).isTrue();
    }

    @Test
    void repairMendsWhatItMayAndLeavesTheRest() throws IOException {
        Files.write(directory.resolve("catalog.tmp"), new byte[1]);
        Files.write(partition.resolve("recovery-point.tmp"), new byte[1]);
        Files.delete(partition.resolve("00000000000000000000.index"));
        Files.write(directory.resolve("mine.txt"), new byte[1]);
        assertThat(check()).isEqualTo(1);
        assertThat(terminal.outLines()).hasSize(4);
        assertThat(terminal.err()).contains("0 errors, 3 warnings, 1 note; 3 can be mended with --repair");
        assertThat(Files.exists(directory.resolve("catalog.tmp")))
                .as("only looked at")
                .isTrue();
        assertThat(check("--repair")).isZero();
        assertThat(terminal.err()).contains("after the repair sound");
        assertThat(check()).isZero();
        assertThat(terminal.err()).endsWith("bytes: sound (1 note)\n");
        assertThat(Files.exists(directory.resolve("mine.txt"))).isTrue();
        byte[] bytes = Files.readAllBytes(partition.resolve("00000000000000000000.log"));
        Files.write(partition.resolve("00000000000000000000.log"), Arrays.copyOf(bytes, bytes.length - 1));
        assertThat(check("--repair")).isEqualTo(1);
        assertThat(Files.readAllBytes(partition.resolve("00000000000000000000.log")))
                .hasSize(bytes.length - 1);
    }

    @Test
    void aDirectoryInUseIsRefused() throws IOException {
        try (Closeable lock = files.tryLock(directory.resolve("tailrace.lock")).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(check()).isEqualTo(1);
            assertThat(terminal.err()).startsWith("error: DATA_DIR_IN_USE ").hasLineCount(1);
            assertThat(terminal.run("log", "check", partition.toString())).isEqualTo(1);
            assertThat(terminal.out()).isEmpty();
        }
    }

    @Test
    void whatIsNoDataDirectoryIsRefused() {
        assertThat(terminal.run(
                        "log", "check", directory.resolve("partitions/no").toString()))
                .isEqualTo(1);
        assertThat(terminal.err()).startsWith("error: INVALID_ARGUMENT Cannot check ");
        assertThat(terminal.run(
                        "log", "check", directory.resolve("tailrace.node").toString()))
                .isEqualTo(1);
    }

    @Test
    void aDataDirectoryWithoutItsNodeFileIsNotSound() throws IOException {
        Files.delete(directory.resolve("tailrace.node"));
        assertThat(check()).isEqualTo(1);
        assertThat(terminal.outLines()).hasSize(1);
        assertThat(terminal.out()).contains("tailrace.node: missing");
    }

    @Test
    void whatBelongsToNothingIsNotedAndLeftAlone() throws IOException {
        Files.createDirectories(directory.resolve("partitions/lost+found"));
        Files.createDirectories(directory.resolve("quarantine/some-0"));
        Files.createFile(directory.resolve("notes.txt"));
        CheckedFile.write(files, partition.resolve("00000000000000000003.copy.snapshot"), 1, 1, ByteBuffer.allocate(9));
        assertThat(check("--repair")).as(terminal.out()).isZero();
        assertThat(terminal.outLines())
                .hasSize(2)
                .anyMatch(line -> line.contains("partitions/lost+found"))
                .anyMatch(line -> line.contains("notes.txt"));
        assertThat(directory.resolve("notes.txt")).exists();
    }
}
