package io.tailrace.test.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How {@code java -jar} of the shaded jar is run. It is made in the phase "package", before this module's turn in
 * {@code mvn verify}; where only {@code mvn test} ran there is none, and nothing to test.
 */
final class ShadedJar {
    private static final Path TARGET = Path.of("..", "cli", "target");
    private static final int FIRST_TO_WARN_OF_UNSAFE = 23;

    private ShadedJar() {}

    /** The jar; skips the test if there is none. */
    static Path find() throws IOException {
        Optional<Path> found = Optional.empty();
        if (Files.isDirectory(TARGET)) {
            try (Stream<Path> files = Files.list(TARGET)) {
                found = files.filter(file -> file.getFileName().toString().matches("tailrace-cli-.*-all\\.jar"))
                        .findFirst();
            }
        }
        assumeTrue(found.isPresent(), "no shaded jar yet: mvn verify makes it");
        return found.orElseThrow().toAbsolutePath().normalize();
    }

    /** The words of a command line that runs it. */
    static List<String> command(Path jar, List<String> options, String... args) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        if (Runtime.version().feature() >= FIRST_TO_WARN_OF_UNSAFE) {
            // As the launcher does: else the JVM itself complains of what Pekko and the Scala library do inside.
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-jar", jar.toString()));
        Collections.addAll(command, args);
        return command;
    }
}
