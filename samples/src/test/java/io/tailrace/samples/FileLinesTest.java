package io.tailrace.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLinesTest {
    @TempDir
    Path directory;

    private Path file(byte[] content) throws IOException {
        return Files.write(directory.resolve("lines"), content);
    }

    private List<String> lines(String content) throws IOException {
        return read(file(content.getBytes(StandardCharsets.ISO_8859_1))).stream()
                .map(line -> new String(line, StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static List<byte[]> read(Path file) {
        List<byte[]> lines = new ArrayList<>();
        try (FileLines in = FileLines.open(file)) {
            for (Optional<byte[]> line = in.next(); line.isPresent(); line = in.next()) {
                lines.add(line.get());
            }
            assertThat(in.next()).as("after the end").isEmpty();
        }
        return lines;
    }

    @Test
    void emptyFileHasNoLines() throws IOException {
        assertThat(lines("")).isEmpty();
    }

    @Test
    void lastLineCountsWithAndWithoutItsLineFeed() throws IOException {
        assertThat(lines("a\nb\n")).containsExactly("a", "b");
        assertThat(lines("a\nb")).containsExactly("a", "b");
    }

    @Test
    void emptyLinesAreLines() throws IOException {
        assertThat(lines("\n\na\n\n")).containsExactly("", "", "a", "");
    }

    @Test
    void bytesStayAsTheyAre() throws IOException {
        assertThat(lines("a\r\n\u00ff\u00fe\0\nb\r")).containsExactly("a\r", "\u00ff\u00fe\0", "b\r");
    }

    @Test
    void linesAcrossBuffersComeWhole() throws IOException {
        long seed = 42;
        Random random = new Random(seed);
        List<byte[]> expected = new ArrayList<>();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int i = 0; i < 50; i++) {
            byte[] line = new byte[random.nextInt(150_000)];
            Arrays.fill(line, (byte) ('a' + i % 26));
            expected.add(line);
            content.writeBytes(line);
            content.write('\n');
        }
        List<byte[]> lines = read(file(content.toByteArray()));
        assertThat(lines.size()).as("seed " + seed).isEqualTo(expected.size());
        for (int i = 0; i < lines.size(); i++) {
            assertThat(Arrays.equals(lines.get(i), expected.get(i)))
                    .as("line " + i + ", seed " + seed)
                    .isTrue();
        }
    }

    @Test
    void lineOfTheLargestSizePassesAndOneByteMoreIsRefused() throws IOException {
        byte[] largest = new byte[FileLines.MAX_LINE_BYTES];
        Arrays.fill(largest, (byte) 'x');
        assertThat(read(file(largest)).get(0)).hasSize(FileLines.MAX_LINE_BYTES);
        Path tooLong = file(("short\n" + "x".repeat(FileLines.MAX_LINE_BYTES + 1)).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> read(tooLong))
                .isInstanceOfSatisfying(
                        TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE))
                .hasMessageContaining("Line 2 of");
    }

    @Test
    void headStopsBeforeWhatIsTooLong() throws IOException {
        Path file = file(("a\nb\n" + "x".repeat(FileLines.MAX_LINE_BYTES + 1)).getBytes(StandardCharsets.UTF_8));
        assertThat(FileLines.head(file, 10)).hasSize(2);
        assertThat(FileLines.head(file, 1)).hasSize(1);
    }

    @Test
    void whatIsNoReadableFileIsRefusedWithItsName() {
        for (Path file : List.of(directory, directory.resolve("missing"))) {
            assertThatThrownBy(() -> FileLines.open(file))
                    .isInstanceOfSatisfying(
                            TailraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                    .hasMessageContaining(file.toString());
        }
    }
}
