package io.tailrace.cli;

import io.tailrace.cluster.backup.BackupManifest;
import io.tailrace.cluster.node.NodeRestore;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.LogProblem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace backup restore}. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Makes a data directory of a backup, which stays as it is, and checks all of it.",
            "Without --new-cluster the node goes back to its cluster: each of its replicas is a new one, which the others let in.",
            "With it the node, and each other one that is restored with the same id, are another cluster, with what the backups have."
        })
final class BackupRestore implements Callable<Integer> {
    private static final String FRESH = "fresh";

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = "The backup.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Path backup;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "NEW",
            description = "The data directory to make, new or empty.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Path data;

    @Option(
            names = "--new-cluster",
            arity = "0..1",
            fallbackValue = FRESH,
            paramLabel = "ID",
            description =
                    "The id of the new cluster, a UUID, the same for each of its nodes. Without a value: one that is drawn, and said.")
    private @Nullable String newCluster;

    BackupRestore(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Optional<UUID> cluster = cluster();
        BackupManifest restored = NodeRestore.run(backup, data, cluster);
        check();
        terminal.err()
                .println("Restored node " + restored.nodeName() + " as of " + restored.createdAt() + " to " + data
                        + ": "
                        + TopicCommand.partitions(restored.partitions().size()) + ", "
                        + cluster.map(id -> "of the new cluster " + id
                                        + (restored.membership().founders().size() > 1
                                                ? "; restore its other nodes with --new-cluster " + id
                                                : ""))
                                .orElse("to be let in again by cluster "
                                        + restored.membership().clusterId())
                        + ".");
        return 0;
    }

    private Optional<UUID> cluster() {
        String id = newCluster;
        if (id == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(id.equals(FRESH) ? UUID.randomUUID() : UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "'" + Escaped.text(id, 60) + "' is no UUID: leave it out, and one is drawn.");
        }
    }

    /** Every batch; the indexes, which a backup does not have, are made. */
    private void check() throws IOException {
        DataDirectoryCheck check = DataDirectoryCheck.of(new DiskFileStore(), data);
        Closeable lock = check.lock();
        try {
            LogProblem[] first = {null};
            check.run(problem -> {
                if (problem.severity() == LogProblem.Severity.ERROR && first[0] == null) {
                    first[0] = problem;
                }
            });
            if (first[0] != null) {
                throw new TailraceException(
                        ErrorCode.CORRUPT_LOG,
                        "What was restored is damaged (" + first[0].file() + ": " + first[0].what() + "): 'log check "
                                + data + "' tells all of it; use another backup.");
            }
            check.repair();
        } finally {
            lock.close();
        }
    }
}
