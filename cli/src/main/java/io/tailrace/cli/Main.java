package io.tailrace.cli;

import io.tailrace.cli.client.ServerProblem;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The program {@code tailrace}. Exit codes: 0 done, 1 failed (one line {@code error: CODE message} on standard error), 2 not
 * understood, 130 interrupted. Environment: {@code NO_COLOR} for no colours, {@code TAILRACE_DEBUG=1} for stack traces.
 */
@Command(
        name = "tailrace",
        description = "A durable streaming engine: topics, partitions, Sources and Sinks.",
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = CommandLine.HelpCommand.class,
        footer = {
            "",
            "Begin with: tailrace demo",
            "Or a server: tailrace start, and in another terminal tailrace topic create, produce and consume.",
            "Exit codes: 0 done, 1 failed, 2 not understood, 130 interrupted."
        })
public final class Main implements Runnable {
    static final int FAILED = 1;
    static final int NOT_UNDERSTOOD = 2;
    static final int INTERRUPTED = 130;
    private static final int LONGEST_MESSAGE = 4_000;
    private static final int NARROWEST_HELP = 60;
    private static final int WIDEST_HELP = 100;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it.
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it.
    private boolean version;

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(Terminal.ofProcess(), args));
    }

    /** Runs one command and returns its exit code. */
    static int run(Terminal terminal, String... args) {
        CommandLine line = new CommandLine(new Main())
                .addSubcommand(new DemoCommand(terminal))
                .addSubcommand(new StartCommand(terminal))
                .addSubcommand(ClusterCommand.with(terminal))
                .addSubcommand(NodeCommand.with(terminal))
                .addSubcommand(PlacementCommand.with(terminal))
                .addSubcommand(TopicCommand.with(terminal))
                .addSubcommand(GroupCommand.with(terminal))
                .addSubcommand(StreamCommand.with(terminal))
                .addSubcommand(QuotaCommand.with(terminal))
                .addSubcommand(BackupCommand.with(terminal))
                .addSubcommand(new ProduceCommand(terminal))
                .addSubcommand(new ConsumeCommand(terminal))
                .addSubcommand(new CommandLine(new BenchCommand())
                        .addSubcommand(new ProduceBench(terminal))
                        .addSubcommand(new ConsumeBench(terminal))
                        .addSubcommand(new LatencyBench(terminal)))
                .addSubcommand(new CommandLine(new LogCommand())
                        .addSubcommand(new LogDump(terminal))
                        .addSubcommand(new LogCheckCommand(terminal))
                        .addSubcommand(new LogExport(terminal))
                        .addSubcommand(new LogImport(terminal))
                        .addSubcommand(new LogScrub(terminal)))
                .addSubcommand(new CompletionCommand(terminal))
                .addSubcommand(new RehearseCommand());
        line.setOut(new PrintWriter(terminal.out(), true, Charset.defaultCharset()));
        line.setErr(new PrintWriter(terminal.err(), true, Charset.defaultCharset()));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                terminal.colour() && terminal.outIsTerminal() ? Ansi.ON : Ansi.OFF));
        line.setUsageHelpWidth(Math.max(NARROWEST_HELP, Math.min(terminal.columns(), WIDEST_HELP)));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, arguments) -> misunderstood(terminal, e));
        line.setExecutionExceptionHandler((e, command, parsed) -> failed(terminal, e));
        return line.execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }

    private static int misunderstood(Terminal terminal, ParameterException e) {
        CommandLine command = e.getCommandLine();
        terminal.err().println("error: " + firstLine(e.getMessage()));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            terminal.err().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return NOT_UNDERSTOOD;
    }

    private static int failed(Terminal terminal, Throwable failure) {
        Throwable cause = Failures.cause(failure);
        if (cause instanceof CancellationException) {
            return INTERRUPTED;
        }
        if (terminal.debug()) {
            cause.printStackTrace(terminal.err());
        }
        terminal.err().println("error: " + told(cause));
        return FAILED;
    }

    /** A failure without a code is a defect: it is named, and the way to see more of it. */
    private static String told(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TailraceException known) {
                String code = ServerProblem.codeName(known);
                return Escaped.text(code + " " + firstLine(known.getMessage()), LONGEST_MESSAGE);
            }
        }
        return failure.getClass().getSimpleName() + ": " + firstLine(failure.getMessage())
                + " (set TAILRACE_DEBUG=1 for more)";
    }

    private static String firstLine(@Nullable String message) {
        return message == null
                ? "no more is known"
                : message.lines().findFirst().orElse("");
    }

    /** The version that the jar's manifest names. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "tailrace " + (version == null ? "(not packaged)" : version),
                "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name")
            };
        }
    }
}
