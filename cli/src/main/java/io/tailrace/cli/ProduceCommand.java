package io.tailrace.cli;

import io.tailrace.cli.produce.ProduceRun;
import io.tailrace.cli.produce.RecordEncoder;
import io.tailrace.cli.produce.ValueEncoder;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.Header;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace produce}: the lines of standard input as records. */
@Command(
        name = "produce",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Stores each line of standard input as a record, its bytes unchanged; an empty line is an empty value.",
            "Exit code 0 means that all are stored. A line is sent as soon as no more come at the moment."
        },
        footer = {
            "",
            "  tailrace produce access < access.log",
            "  tail -f access.log | tailrace produce access",
            "  printf 'alice,1\\nbob,2\\n' | tailrace produce clicks --key-separator ,",
            "  echo '{\"key\":{\"data\":\"alice\"},\"value\":{\"type\":\"JSON\",\"data\":{\"n\":1}}}' |",
            "      tailrace produce clicks --format json"
        })
final class ProduceCommand implements Callable<Integer> {
    private static final int MAX_TIMEOUT_SECONDS = 86_400;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private String topic;

    @Option(
            names = "--format",
            paramLabel = "value|json",
            description = "json: each line is a record as the HTTP API takes it. Default: value.")
    private InputFormat format = InputFormat.VALUE;

    @Option(
            names = "--key-separator",
            paramLabel = "SEP",
            description =
                    "What stands before the first SEP of a line is the key, what follows the value; a line without SEP has"
                            + " no key. \\t is a tab.")
    private @Nullable String separator;

    @Option(
            names = "--partition",
            paramLabel = "P",
            description = "Where all records go. Default: the key decides; without keys the records spread.")
    private @Nullable Integer partition;

    @Option(names = "--header", paramLabel = "NAME=VALUE", description = "A header of each record; may be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = "--compression",
            paramLabel = "CODEC",
            description =
                    "gzip, snappy, lz4 or zstd: how the batches are compressed that the lines become; none leaves it to the"
                            + " topic's compression.type. Default: the server's choice, tailrace.producer.compression.")
    private @Nullable Compression compression;

    @Option(
            names = "--keep-going",
            description = "Go on after a record was refused, and exit with 1 in the end. Default: stop.")
    private boolean keepGoing;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for a server that does not answer, or is not ready. Default: 120.")
    private int timeoutSeconds = 120;

    /** What the lines are. */
    enum InputFormat {
        VALUE,
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    ProduceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (timeoutSeconds < 1 || timeoutSeconds > MAX_TIMEOUT_SECONDS) {
            throw misunderstood("--timeout is " + timeoutSeconds + ": use 1 to " + MAX_TIMEOUT_SECONDS + ".");
        }
        ProduceProgress progress = new ProduceProgress(terminal);
        ProduceRun run = new ProduceRun(
                client.of(options.server()),
                ServerOptions.topic(topic),
                encoder(),
                new ProduceRun.Settings(Duration.ofSeconds(timeoutSeconds), keepGoing, compression),
                progress);
        try (Interruption interruption = Interruption.calling(
                        run::stop,
                        () -> "Stopped without waiting any longer: whether the lines after "
                                + run.tally().lastLine() + " were stored is not known.");
                progress) {
            run.run(terminal.in());
            progress.close();
            return ended(run, interruption.interrupted());
        }
    }

    private int ended(ProduceRun run, boolean interrupted) {
        if (interrupted) {
            terminal.err()
                    .println("Interrupted after line " + run.tally().lastLine() + ": "
                            + run.tally().told()
                            + (run.pendingBytes() == 0
                                    ? "."
                                    : "; the " + run.pendingBytes()
                                            + " bytes of a line without an end were not sent."));
            return Main.INTERRUPTED;
        }
        if (run.tally().refused() > 0) {
            throw new TailraceException(run.firstRefusal(), run.tally().told() + ", as said above.");
        }
        terminal.notice(run.tally().told() + " in " + topic + ".");
        return 0;
    }

    private RecordEncoder encoder() throws IOException {
        if (format == InputFormat.JSON) {
            if (separator != null || partition != null || !headers.isEmpty()) {
                throw misunderstood("With --format json the lines themselves say key, partition and headers.");
            }
            return RecordEncoder.json();
        }
        String wanted = separator == null ? null : separator.replace("\\t", "\t");
        if (wanted != null && wanted.isEmpty()) {
            throw misunderstood("--key-separator is empty: use one character or more.");
        }
        return new ValueEncoder(
                wanted == null ? null : wanted.getBytes(StandardCharsets.UTF_8), partition, parsedHeaders());
    }

    private List<Header> parsedHeaders() {
        List<Header> parsed = new ArrayList<>();
        for (String header : headers) {
            int equals = header.indexOf('=');
            if (equals < 0) {
                throw misunderstood("--header is '" + Escaped.text(header, 60) + "': use NAME=VALUE.");
            }
            parsed.add(Header.of(header.substring(0, equals), header.substring(equals + 1)));
        }
        return parsed;
    }

    private ParameterException misunderstood(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
