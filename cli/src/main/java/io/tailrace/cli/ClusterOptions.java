package io.tailrace.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which local cluster a command is about. */
final class ClusterOptions {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where its nodes have their directories. Default: tailrace-cluster.")
    private Path directory = Path.of("tailrace-cluster");

    Path directory() {
        return directory.toAbsolutePath().normalize();
    }
}
