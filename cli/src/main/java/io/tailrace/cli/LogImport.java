package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.client.Topics;
import io.tailrace.cli.transfer.BatchInput;
import io.tailrace.cli.transfer.ExportManifest;
import io.tailrace.cli.transfer.ImportRun;
import io.tailrace.cli.transfer.Imported;
import io.tailrace.cli.transfer.Transactions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace log import}: records from Kafka's segments. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Appends the records of Kafka segment files to a partition, in their order: those of an export, or a broker's.",
            "Keys, values, headers and timestamps stay; offsets and producer ids are new. Markers and records of transactions",
            "that were not committed are left out and counted. Where it ends early it says where, and how to go on."
        })
final class LogImport implements Callable<Integer> {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String topic;

    @Parameters(
            index = "1..*",
            paramLabel = "FILE",
            description =
                    "Segment files of one partition, in their order. Default: standard input, without transactions.")
    private List<Path> files = List.of();

    @Option(
            names = "--partition",
            paramLabel = "P",
            description = "Where to; needed where there are several and no --dir.")
    private @Nullable Integer partition;

    @Option(
            names = "--dir",
            paramLabel = "IN",
            description =
                    "What 'log export --dir' wrote: each partition into that of its number. A topic that is not there is created as it was.")
    private @Nullable Path directory;

    @Option(names = "--skip", paramLabel = "N", description = "Leave out the first N records, which are there already.")
    private long skip;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for a server that does not answer, or is not ready. Default: 120.")
    private int timeoutSeconds = 120;

    LogImport(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        String name = ServerOptions.topic(topic);
        Topics topics = new Topics(options.server());
        Path from = directory;
        if (from == null) {
            JsonNode found = topics.get(name);
            return importOne(found, target(found), files, skip);
        }
        if (!files.isEmpty() || partition != null || skip != 0) {
            throw misunderstood(
                    "--dir says itself which files go to which partitions: leave out FILE, --partition and --skip.");
        }
        return importAll(from, topics, name);
    }

    private int target(JsonNode found) {
        int partitions = found.path("partitions").size();
        Integer one = partition;
        if (one == null && partitions > 1) {
            throw misunderstood(topic + " has " + partitions + " partitions: choose one with --partition.");
        }
        return one == null ? 0 : one;
    }

    private int importAll(Path from, Topics topics, String name) throws IOException {
        ExportManifest manifest = ExportManifest.read(from);
        for (ExportManifest.Entry entry : manifest.partitions()) {
            requireIntact(from, entry);
        }
        int needed = 1
                + manifest.partitions().stream()
                        .mapToInt(entry -> entry.exported().partition())
                        .max()
                        .orElse(0);
        JsonNode found = topic(topics, name, manifest, needed);
        int partitions = found.path("partitions").size();
        if (partitions < needed) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_PARTITION,
                    name + " has " + partitions + " partitions, the export needs " + needed
                            + ": add some with 'topic alter', or import into a topic that is not there yet.");
        }
        for (ExportManifest.Entry entry : manifest.partitions()) {
            int code = importOne(found, entry.exported().partition(), List.of(from.resolve(entry.file())), 0);
            if (code != 0) {
                return code;
            }
        }
        return 0;
    }

    private JsonNode topic(Topics topics, String name, ExportManifest manifest, int partitions) {
        try {
            return topics.get(name);
        } catch (ServerProblem e) {
            if (e.code() != ErrorCode.UNKNOWN_TOPIC) {
                throw e;
            }
        }
        JsonNode created = topics.create(name, partitions, null, manifest.settings());
        terminal.notice("Created " + name + " with " + TopicCommand.partitions(partitions) + ".");
        return created;
    }

    /** Before anything is imported. */
    private static void requireIntact(Path from, ExportManifest.Entry entry) throws IOException {
        Path file = from.resolve(entry.file());
        long size = Files.exists(file) ? Files.size(file) : -1;
        CRC32C crc = new CRC32C();
        if (size == entry.exported().bytes()) {
            try (InputStream in = new CheckedInputStream(Files.newInputStream(file), crc)) {
                byte[] buffer = new byte[BUFFER_BYTES];
                while (in.read(buffer) >= 0) {
                    // The checksum is what is wanted.
                }
            }
        }
        if (size != entry.exported().bytes()
                || (int) crc.getValue() != entry.exported().crc()) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_BATCH,
                    file + (size < 0 ? " is missing" : " is not what was exported (its size or its checksum differs)")
                            + "; nothing was imported. What is good of it: import it by itself, 'log import TOPIC FILE'.");
        }
    }

    private int importOne(JsonNode found, int number, List<Path> inputs, long first) throws IOException {
        int maxMessageBytes = found.path("settings").path("max.message.bytes").asInt(1 << 20);
        Server server = options.server();
        TransferProgress progress = new TransferProgress(terminal, topic + "-" + number + ": ");
        try (progress) {
            ImportRun run = new ImportRun(
                    server,
                    topic,
                    number,
                    new ImportRun.Settings(
                            maxMessageBytes,
                            first,
                            inputs.isEmpty() ? null : transactions(inputs),
                            Duration.ofSeconds(timeoutSeconds)),
                    progress);
            try (Interruption interruption = Interruption.calling(run::stop)) {
                importAll(run, inputs);
                progress.close();
                return ended(run.done(), number, interruption.interrupted());
            }
        }
    }

    private void importAll(ImportRun run, List<Path> inputs) throws IOException {
        if (inputs.isEmpty()) {
            run.run(new BatchInput(terminal.in(), "standard input"));
        }
        for (Path file : inputs) {
            try (InputStream in = open(file)) {
                run.run(new BatchInput(in, file.toString()));
            }
        }
        run.finish();
    }

    private static Transactions transactions(List<Path> inputs) throws IOException {
        Transactions transactions = new Transactions();
        for (Path file : inputs) {
            try (InputStream in = open(file)) {
                transactions.scan(new BatchInput(in, file.toString()));
            } catch (TailraceException e) {
                if (e.code() != ErrorCode.CORRUPT_BATCH) {
                    throw e;
                }
                // What is good before it is still imported, then it is told.
                break;
            }
        }
        transactions.end();
        return transactions;
    }

    private static InputStream open(Path file) {
        try {
            return new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Cannot read " + file + " (" + e.getClass().getSimpleName() + ").",
                    e);
        }
    }

    private int ended(Imported done, int number, boolean interrupted) {
        String told = topic + "-" + number + ": " + done.told();
        if (interrupted) {
            terminal.err()
                    .println("Interrupted. " + told + "; to go on: --skip " + (done.skipped() + done.stored()) + ".");
            return Main.INTERRUPTED;
        }
        if (done.markers() > 0 || done.uncommitted() > 0) {
            terminal.err().println(told + ".");
        } else {
            terminal.notice(told + ".");
        }
        return 0;
    }

    private ParameterException misunderstood(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
