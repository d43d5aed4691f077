package io.tailrace.test.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that need no server, as users get them. */
class ShadedJarTest {
    private static Path jar = Path.of("");

    @TempDir
    Path directory;

    private record Outcome(int exitCode, List<String> out, List<String> err) {}

    @BeforeAll
    static void findJar() throws IOException {
        jar = ShadedJar.find();
    }

    private Outcome run(String... args) throws IOException, InterruptedException {
        List<String> command =
                ShadedJar.command(jar, List.of("-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + directory), args);
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as("ended by itself")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
    }

    @Test
    void versionIsThatOfTheManifest() throws Exception {
        Outcome outcome = run("--version");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out().get(0)).matches("tailrace \\d+\\.\\d+.*");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void demoCountsTheLinesOfAFileNextToTheUser() throws Exception {
        Files.writeString(directory.resolve("three lines.txt"), "a\n\nb");
        Outcome outcome = run("demo", "three lines.txt");
        assertThat(outcome.exitCode()).as(outcome.err().toString()).isZero();
        assertThat(outcome.err()).as("a quiet log").isEmpty();
        assertThat(outcome.out()).anyMatch(line -> line.matches("demo\\.input +3 +3 .*"));
        assertThat(outcome.out()).noneMatch(line -> line.contains("\u001B"));
        String look = "Look into them: ./tailrace log dump ";
        String segment = outcome.out().stream()
                .filter(line -> line.startsWith(look))
                .map(line -> line.substring(look.length()))
                .findFirst()
                .orElseThrow();
        Outcome dump = run("log", "dump", segment);
        assertThat(dump.exitCode()).isZero();
        assertThat(dump.out()).anyMatch(line -> line.endsWith(": ok"));
    }

    @Test
    void failureIsOneLineWithoutAStackTrace() throws Exception {
        Path notADirectory = Files.writeString(directory.resolve("file"), "x");
        Outcome outcome = run("bench", "produce", "--records", "1", "--data-dir", notADirectory.toString());
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).hasSize(1).allMatch(line -> line.startsWith("error: DATA_DIR_UNUSABLE "));
    }
}
