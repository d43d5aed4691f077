package io.tailrace.cli;

import io.tailrace.samples.CountingPipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tailrace demo}: a node, a topic, a stream application that counts, a topic of counts, a table. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Runs a small pipeline on a node of its own and shows what comes out:",
            "real input -> topic -> a stream application that counts in windows -> topic -> the screen."
        })
final class DemoCommand implements Callable<Integer> {
    private static final int DEFAULT_SECONDS = 10;
    private static final long REDRAW_MILLIS = 250;
    private static final int LIVE_ROWS = 18;
    private static final int FINAL_ROWS = 60;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description =
                    "Any text file; each line becomes a record, its bytes unchanged. Without FILE: this machine's own live"
                            + " measurements.")
    private @Nullable Path file;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Take input for N seconds. Default: 10, or all of FILE.")
    private @Nullable Integer seconds;

    @Option(
            names = "--partitions",
            paramLabel = "P",
            defaultValue = "4",
            description = "Partitions of each topic. Default: 4.")
    private int partitions;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description =
                    "Where the data lie; a second run finds them and adds topics of its own. Default: a fresh directory"
                            + " among the temporary ones, which is kept.")
    private @Nullable Path dataDirectory;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        checkArguments();
        DemoInput input = file == null ? DemoInput.measurements() : DemoInput.of(file);
        CompletableFuture<CountingPipeline> running = new CompletableFuture<>();
        CompletableFuture<Boolean> stop = new CompletableFuture<>();
        CompletableFuture<Void> stopped = running.thenAcceptBoth(stop, (pipeline, yes) -> pipeline.stopInput());
        try (Interruption interruption = Interruption.calling(() -> stop.complete(true));
                EmbeddedNode node = EmbeddedNode.start(dataDirectory, "tailrace-demo-", FlushChoice.BATCH, true)) {
            List<String> topics = node.createFreshTopics("demo", List.of("input", "counts"), partitions);
            run(input, node, topics, running);
            node.keepDirectory();
            return interruption.interrupted() && stopped.isDone() ? Main.INTERRUPTED : 0;
        }
    }

    private void checkArguments() {
        if (seconds != null && seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--seconds is " + seconds + ": use 1 or more.");
        }
        if (partitions < 1 || partitions > 1000) {
            throw new ParameterException(spec.commandLine(), "--partitions is " + partitions + ": use 1 to 1000.");
        }
    }

    private void run(
            DemoInput input, EmbeddedNode node, List<String> topics, CompletableFuture<CountingPipeline> running)
            throws InterruptedException, ExecutionException {
        terminal.out().println(input.description());
        CountTable table = input.table();
        String application = topics.get(0).substring(0, topics.get(0).lastIndexOf('.'));
        long startNanos = System.nanoTime();
        CountingPipeline pipeline = CountingPipeline.start(
                new CountingPipeline.Plan(
                        node.tailrace(), application, topics.get(0), topics.get(1), partitions, input.windowMillis()),
                input.source(topics.get(0), node.directory()),
                input::observe,
                table::add);
        running.complete(pipeline);
        int drawn = showWhileRunning(pipeline, table, startNanos);
        double elapsedSeconds = (System.nanoTime() - startNanos) / 1e9;
        if (drawn > 0) {
            terminal.redraw(drawn, List.of());
        }
        table.lines(FINAL_ROWS, terminal.outIsTerminal() ? terminal.columns() : Integer.MAX_VALUE)
                .forEach(terminal.out()::println);
        terminal.out().println();
        new DemoSummary(pipeline, elapsedSeconds, node.directory()).lines().forEach(terminal.out()::println);
    }

    /** Returns how many lines stand on the screen to be drawn over. */
    private int showWhileRunning(CountingPipeline pipeline, CountTable table, long startNanos)
            throws InterruptedException, ExecutionException {
        Duration limit = seconds != null
                ? Duration.ofSeconds(seconds)
                : file == null ? Duration.ofSeconds(DEFAULT_SECONDS) : Duration.ofDays(10_000);
        CompletableFuture<?> done = pipeline.done().toCompletableFuture();
        int drawn = 0;
        while (true) {
            long leftNanos = limit.toNanos() - (System.nanoTime() - startNanos);
            if (leftNanos <= 0) {
                pipeline.stopInput();
            }
            long wait = TimeUnit.MILLISECONDS.toNanos(REDRAW_MILLIS);
            try {
                done.get(leftNanos > 0 ? Math.min(wait, leftNanos) : wait, TimeUnit.NANOSECONDS);
                return drawn;
            } catch (TimeoutException e) {
                drawn = redraw(pipeline, table, drawn, startNanos);
            }
        }
    }

    private int redraw(CountingPipeline pipeline, CountTable table, int drawn, long startNanos) {
        if (!terminal.outIsTerminal()) {
            return 0;
        }
        List<String> lines = new ArrayList<>(table.lines(LIVE_ROWS, terminal.columns()));
        lines.replaceAll(this::fitting);
        lines.set(0, terminal.bold(lines.get(0)));
        lines.add(String.format(
                Locale.ROOT,
                "%,d records in, %,d counted, %.0f s",
                pipeline.input().recordsIn(),
                pipeline.input().recordsOut(),
                (System.nanoTime() - startNanos) / 1e9));
        terminal.redraw(drawn, lines);
        return lines.size();
    }

    /** A wrapped line would spoil the count of lines to draw over. */
    private String fitting(String line) {
        return line.length() <= terminal.columns() ? line : line.substring(0, terminal.columns());
    }
}
