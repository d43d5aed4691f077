package io.tailrace.test.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A minute of torture; more with {@code -Dtailrace.torture.seconds=600 -Dtailrace.torture.seed=7}. */
class TortureTest {
    @TempDir
    Path directory;

    @Test
    void nothingIsLostDuplicatedOrMisordered() throws Exception {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "signals of Unix");
        List<String> arguments = List.of(
                System.getProperty("tailrace.torture.seconds", "60"),
                System.getProperty("tailrace.torture.seed", "20261121"),
                "3",
                directory.toString());
        File said = directory.resolve("verdict").toFile();
        Process run = new ProcessBuilder(Torture.command(Sandbox.words(), arguments))
                .redirectOutput(said)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int exit = run.waitFor();
        String line = Files.readString(said.toPath());
        System.out.println(line);
        assertThat(exit).as("torture %s: %s", arguments, line).isZero();
        JsonNode verdict = new ObjectMapper().readTree(line);
        assertThat(verdict.path("acknowledged").asInt()).isPositive();
    }
}
