package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
    @TempDir
    Path directory;

    private CapturedTerminal demo(String... more) {
        CapturedTerminal terminal = new CapturedTerminal();
        String[] args = new String[more.length + 3];
        args[0] = "demo";
        args[1] = "--data-dir";
        args[2] = directory.resolve("data").toString();
        System.arraycopy(more, 0, args, 3, more.length);
        assertThat(terminal.run(args)).as(terminal.err()).isZero();
        return terminal;
    }

    private String file(String content) throws IOException {
        return Files.write(directory.resolve("input file"), content.getBytes(StandardCharsets.ISO_8859_1))
                .toString();
    }

    /** The cells of the summary's row of that topic: records in, records out, rate, bytes in, bytes out. */
    private static List<String> traffic(CapturedTerminal terminal, String topic) {
        List<String> rows = terminal.outLines().stream()
                .filter(line -> line.startsWith(topic + " "))
                .toList();
        assertThat(rows).as(terminal.out()).hasSize(1);
        return List.of(rows.get(0).substring(topic.length()).strip().split(" +", -1));
    }

    @Test
    void summaryCountsExactlyTheLinesOfEachRunOverTheSameData() throws IOException {
        CapturedTerminal first = demo(file("a 1\r\n\na 2\n\u00ff\u00fe b\nlast"), "--partitions", "3");
        assertThat(traffic(first, "demo.input").subList(0, 2)).containsExactly("5", "5");
        assertThat(first.outLines()).anyMatch(line -> line.matches("a +2 .*"));
        assertThat(first.outLines()).anyMatch(line -> line.matches("\\(empty\\) +1 .*"));
        assertThat(first.out()).contains(directory.resolve("data").toString()).doesNotContain("\u001B");

        CapturedTerminal second = demo(file(""), "--partitions", "1");
        assertThat(traffic(second, "demo-2.input").subList(0, 2)).containsExactly("0", "0");
        assertThat(traffic(second, "demo-2.counts").subList(0, 2)).containsExactly("0", "0");
    }

    @Test
    void bytesInTheTopicAreThoseOfTheLines() throws IOException {
        CapturedTerminal demo = demo(file("k one\nk two\u00ff\r\n"), "--partitions", "1");
        Path segment = demo.outLines().stream()
                .filter(line -> line.startsWith("Look into them: ./tailrace log dump "))
                .map(line -> Path.of(line.substring("Look into them: ./tailrace log dump ".length())))
                .findFirst()
                .orElseThrow();
        try (var walk = Files.walk(directory.resolve("data"))) {
            assertThat(walk.filter(path -> path.toString().endsWith(".log")).map(DemoCommandTest::content))
                    .anyMatch(content -> content.contains("k one") && content.contains("k two\u00ff\r"));
        }
        assertThat(segment).exists();
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void lineThatIsTooLongEndsTheDemoWithOneLine() throws IOException {
        CapturedTerminal terminal = new CapturedTerminal();
        String file = file("short\n" + "x".repeat(3_000_000) + "\n");
        assertThat(terminal.run("demo", file)).isEqualTo(1);
        assertThat(terminal.err().lines().toList())
                .hasSize(1)
                .allMatch(line -> line.startsWith("error: RECORD_TOO_LARGE Line 2 of " + file));
    }

    @Test
    void liveMeasurementsAreShownOnATerminalWhileTheyCome() {
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.runInteractively(
                        "demo",
                        "--seconds",
                        "1",
                        "--data-dir",
                        directory.resolve("live").toString()))
                .as(terminal.err())
                .isZero();
        List<String> traffic = traffic(terminal, "demo.input");
        assertThat(traffic.get(0)).isEqualTo(traffic.get(1)).isNotEqualTo("0");
        assertThat(terminal.out()).contains("disk/usable (MB)", "\u001B[2K", "\u001B[1m");
    }
}
