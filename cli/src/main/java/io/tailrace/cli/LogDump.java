package io.tailrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code tailrace log dump}: what is in a segment file. */
@Command(name = "dump", mixinStandardHelpOptions = true, versionProvider = Main.Version.class)
final class LogDump implements Callable<Integer> {
    LogDump(Terminal terminal) {}

    @Override
    public Integer call() {
        return 0;
    }
}
