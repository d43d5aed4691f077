package io.tailrace.test.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to an application that does not close its node. */
class EndedProcessTest {
    @TempDir
    Path data;

    private static List<Path> in(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void itsNodeIsClosedInOrder() throws Exception {
        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        IdleNode.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(new File("target/idle-node.log")))
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(application.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.equals(IdleNode.READY)) {
                line = lines.readLine();
            }
            assertThat(line).as("see target/idle-node.log").isEqualTo(IdleNode.READY);
            // By its handle: Process.destroy would close the pipe.
            application.toHandle().destroy();
            assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            application.destroyForcibly();
        }
        List<Path> logs = in(data.resolve("partitions"));
        assertThat(logs).hasSizeGreaterThanOrEqualTo(3);
        for (Path log : logs) {
            assertThat(log.resolve("clean-stop")).as("of a log that was closed").exists();
        }
    }
}
