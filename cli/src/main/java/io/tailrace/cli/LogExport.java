package io.tailrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.Topics;
import io.tailrace.cli.transfer.ExportManifest;
import io.tailrace.cli.transfer.ExportRun;
import io.tailrace.cli.transfer.Exported;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace log export}: a topic's records as Kafka's segments. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Writes the records of a topic as the batches of a Kafka segment file: one partition to standard output,",
            "or all of them into a new directory. What is committed when it begins is exported; offsets stay."
        })
final class LogExport implements Callable<Integer> {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ServerOrDirectory source = new ServerOrDirectory();

    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String topic;

    @Option(
            names = "--partition",
            paramLabel = "P",
            description = "Only this one; needed where there are several and no --dir.")
    private @Nullable Integer partition;

    @Option(
            names = "--from",
            paramLabel = "OFFSET",
            description = "The first offset, of one partition. Default: the earliest.")
    private @Nullable Long from;

    @Option(
            names = "--to",
            paramLabel = "OFFSET",
            description = "The first offset that is not wanted, of one partition. Default: the end there is now.")
    private @Nullable Long to;

    @Option(
            names = "--dir",
            paramLabel = "OUT",
            description =
                    "A new directory: TOPIC-P/<first offset>.log for each partition, and export.json, written last.")
    private @Nullable Path directory;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for a server that does not answer. Default: 120.")
    private int timeoutSeconds = 120;

    LogExport(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        String name = ServerOptions.topic(topic);
        try (ServerOrDirectory.Opened opened = source.open()) {
            JsonNode found = new Topics(opened.server()).get(name);
            int partitions = found.path("partitions").size();
            List<Integer> wanted = wanted(partitions);
            if (wanted.size() > 1 && (from != null || to != null)) {
                throw misunderstood("--from and --to are of one partition: add --partition.");
            }
            Path out = directory;
            if (out == null) {
                if (wanted.size() > 1) {
                    throw misunderstood(
                            name + " has " + partitions
                                    + " partitions, and a segment is of one: choose with --partition, or give --dir for all of them.");
                }
                export(
                        opened.server(),
                        wanted.get(0),
                        start -> new BufferedOutputStream(terminal.data(), BUFFER_BYTES));
            } else {
                exportAll(opened.server(), found, wanted, fresh(out));
            }
        }
        return 0;
    }

    private List<Integer> wanted(int partitions) {
        Integer one = partition;
        if (one == null) {
            return IntStream.range(0, partitions).boxed().toList();
        }
        if (one < 0 || one >= partitions) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "Topic " + topic + " has the partitions 0 to " + (partitions - 1) + ", not " + one
                            + ": choose one of them.");
        }
        return List.of(one);
    }

    private static Path fresh(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isPresent()) {
                throw new TailraceException(
                        ErrorCode.INVALID_ARGUMENT, directory + " is not empty: name a directory that is new.");
            }
        }
        return directory;
    }

    private void exportAll(Server server, JsonNode found, List<Integer> wanted, Path out) throws IOException {
        List<ExportManifest.Entry> entries = new ArrayList<>();
        long records = 0;
        for (int number : wanted) {
            Exported exported;
            String[] file = {""};
            try (PartitionFile into = new PartitionFile(out)) {
                exported = export(server, number, start -> {
                    file[0] = ExportManifest.fileOf(topic, number, start);
                    return into.open(file[0]);
                });
            }
            entries.add(new ExportManifest.Entry(file[0], exported));
            records += exported.records();
        }
        SortedMap<String, String> settings = new TreeMap<>();
        found.path("settings")
                .properties()
                .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
        new ExportManifest(topic, settings, entries).write(out, Instant.now());
        terminal.notice(records + " records of " + TopicCommand.partitions(wanted.size()) + " in " + out + ".");
    }

    /** The file of one partition, durable when it is closed. */
    private static final class PartitionFile implements AutoCloseable {
        private final Path directory;
        private @Nullable FileOutputStream file;

        PartitionFile(Path directory) {
            this.directory = directory;
        }

        OutputStream open(String name) throws IOException {
            Path path = directory.resolve(name);
            Path parent = path.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            FileOutputStream opened = new FileOutputStream(path.toFile());
            file = opened;
            return new BufferedOutputStream(opened, BUFFER_BYTES);
        }

        @Override
        public void close() throws IOException {
            FileOutputStream opened = file;
            if (opened != null) {
                try (opened) {
                    opened.getFD().sync();
                }
            }
        }
    }

    private Exported export(Server server, int number, ExportRun.Output output) throws IOException {
        try (TransferProgress progress = new TransferProgress(terminal, topic + "-" + number + ": ")) {
            return new ExportRun(server, topic, number, Duration.ofSeconds(timeoutSeconds), progress)
                    .run(from, to, output);
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The export cannot be written (" + e.getMessage() + "): make room, or name another place.",
                    e);
        }
    }

    private ParameterException misunderstood(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
