package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.ControlRecords;
import io.tailrace.engine.record.Headers;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDumpTest {
    @TempDir
    Path directory;

    private final CapturedTerminal terminal = new CapturedTerminal();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] placed(RecordBatch batch, long baseOffset) {
        byte[] placed = new byte[batch.sizeInBytes()];
        batch.copyTo(ByteBuffer.wrap(placed), baseOffset, 3, -1);
        return placed;
    }

    private static byte[] first() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 10_000).producer(77, (short) 1, 5);
        builder.append(
                1_000, bytes("key"), bytes("bell \u0007 escape \u001B[31m \u202E"), Headers.EMPTY.with("h", "v"));
        builder.append(2_000, (byte[]) null, (byte[]) null);
        return placed(builder.build(), 0);
    }

    private static byte[] second() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.GZIP, 10_000);
        builder.append(3_000, null, bytes("x".repeat(5000)));
        return placed(builder.build(), 3);
    }

    private static byte[] segment() {
        ByteArrayOutputStream segment = new ByteArrayOutputStream();
        segment.writeBytes(first());
        segment.writeBytes(placed(ControlRecords.barrier(2, 3, 2_500), 2));
        segment.writeBytes(second());
        return segment.toByteArray();
    }

    private String file(byte[] content) throws IOException {
        return Files.write(directory.resolve("00000000000000000000.log"), content)
                .toString();
    }

    @Test
    void goodSegmentIsShownWithBatchesAndRecords() throws IOException {
        assertThat(terminal.run("log", "dump", file(segment()))).isZero();
        assertThat(terminal.outLines()).hasSize(8);
        assertThat(terminal.outLines().get(0))
                .startsWith("batch at byte 0, offsets 0..1, 2 records, ")
                .contains("epoch 3", "producer 77 epoch 1 sequence 5..6")
                .endsWith(": ok");
        assertThat(terminal.outLines().get(1))
                .contains("offset 0  1970-01-01T00:00:01Z  key (3) \"key\"", "headers [h=(1) \"v\"]");
        assertThat(terminal.outLines().get(2)).endsWith("key null  value null");
        assertThat(terminal.outLines().get(3)).contains("control LEADER_CHANGE");
        assertThat(terminal.outLines().get(7)).isEqualTo("3 good batches with 4 records");
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void nothingForeignReachesTheTerminalUnescaped() throws IOException {
        terminal.run("log", "dump", file(segment()));
        assertThat(terminal.out())
                .doesNotContain("\u0007", "\u001B", "\u202E")
                .contains("bell \\u0007 escape \\u001B[31m \\u202E");
    }

    @Test
    void jsonHasALineForEachBatchAndRecord() throws IOException {
        assertThat(terminal.run("log", "dump", "--format", "json", file(segment())))
                .isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : terminal.outLines()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        assertThat(lines)
                .extracting(line -> line.get("type").asText())
                .containsExactly("batch", "record", "record", "batch", "record", "batch", "record");
        assertThat(lines.get(5).get("compression").asText()).isEqualTo("GZIP");
        assertThat(lines.get(3).get("controlType").asText()).isEqualTo("LEADER_CHANGE");
        assertThat(lines.get(6).get("offset").asLong()).isEqualTo(3);
        assertThat(lines.get(6).get("valueSize").asInt()).isEqualTo(5000);
        assertThat(lines.get(2).get("key").isNull()).isTrue();
    }

    @Test
    void flippedBitIsABadCrcAndWhatFollowsIsStillShown() throws IOException {
        byte[] segment = segment();
        segment[RecordBatch.HEADER_BYTES + 10] ^= 1;
        assertThat(terminal.run("log", "dump", file(segment))).isEqualTo(1);
        assertThat(terminal.outLines().get(0)).endsWith(": bad CRC");
        assertThat(terminal.outLines()).contains("2 good batches with 2 records, damaged in 1 place");
        assertThat(terminal.err()).startsWith("error: CORRUPT_LOG ");
        assertThat(terminal.err().lines()).hasSize(1);
    }

    @Test
    void truncatedTailIsNamedAtEveryByte() throws IOException {
        byte[] segment = segment();
        int lastBatch = segment.length - second().length;
        for (int end = lastBatch + 1; end < segment.length; end++) {
            CapturedTerminal here = new CapturedTerminal();
            assertThat(here.run("log", "dump", file(Arrays.copyOf(segment, end))))
                    .isEqualTo(1);
            assertThat(here.out()).as("cut at " + end).contains("truncated tail: ");
        }
    }

    @Test
    void emptyFileIsGood() throws IOException {
        assertThat(terminal.run("log", "dump", file(new byte[0]))).isZero();
        assertThat(terminal.outLines()).containsExactly("0 good batches with 0 records");
    }

    @Test
    void otherFilesHoldNoBatch() throws IOException {
        assertThat(terminal.run("log", "dump", file(new byte[1000]))).isEqualTo(1);
        assertThat(terminal.outLines().get(0)).contains("no batch begins here");
    }

    @Test
    void missingFileIsToldInOneLine() {
        assertThat(terminal.run("log", "dump", directory.resolve("missing").toString()))
                .isEqualTo(1);
        assertThat(terminal.err()).startsWith("error: INVALID_ARGUMENT Cannot read ");
    }
}
