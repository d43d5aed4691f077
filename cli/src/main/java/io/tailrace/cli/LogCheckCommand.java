package io.tailrace.cli;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFileStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace log check}: verifies a data directory while no node runs on it. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Verifies a data directory, or the directory of one partition: every batch, every index, every small file.",
            "Prints a line for each problem. No node may be running on the directory.",
            "Exit code 0 if all is sound, 1 if problems are found (and left)."
        })
final class LogCheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "A node's data directory, or a partition's directory in it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Path directory;

    @Option(
            names = "--repair",
            description = {
                "Mend what can be without deleting anything that was acknowledged:",
                "cut torn tails, make indexes and lost small files again, remove temporary files."
            })
    private boolean repair;

    @Option(names = "--format", paramLabel = "table|json", description = "json: an object in a line for each problem.")
    private Format format = Format.TABLE;

    /** For whom the problems are printed. */
    enum Format {
        TABLE,
        JSON
    }

    LogCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try {
            DataDirectoryCheck check = DataDirectoryCheck.of(new DiskFileStore(), directory);
            Closeable lock = check.lock();
            try {
                return run(check);
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_UNUSABLE, "Cannot check " + directory + " (" + e.getMessage() + ").", e);
        }
    }

    private int run(DataDirectoryCheck check) throws IOException {
        DataDirectoryCheck.Totals found =
                check.run(new ProblemPrinter(terminal.out(), format == Format.JSON, directory));
        DataDirectoryCheck.Totals left = found;
        if (repair && !found.isSound()) {
            check.repair();
            left = check.run(problem -> {});
        }
        terminal.err().println(summary(found, left));
        return left.isSound() ? 0 : Main.FAILED;
    }

    private String summary(DataDirectoryCheck.Totals found, DataDirectoryCheck.Totals left) {
        String size = found.partitions() + (found.partitions() == 1 ? " partition, " : " partitions, ")
                + found.batches() + " good batches, " + found.bytes() + " bytes: ";
        String told = count(found.errors(), "error") + ", " + count(found.warnings(), "warning")
                + (found.notes() > 0 ? ", " + count(found.notes(), "note") : "");
        if (found.isSound()) {
            return size + "sound" + (found.notes() > 0 ? " (" + count(found.notes(), "note") + ")" : "");
        }
        if (!repair) {
            return size + told + (found.mendable() > 0 ? "; " + found.mendable() + " can be mended with --repair" : "");
        }
        return size + told + "; after the repair "
                + (left.isSound()
                        ? "sound"
                        : count(left.errors(), "error") + ", " + count(left.warnings(), "warning") + " left");
    }

    private static String count(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
