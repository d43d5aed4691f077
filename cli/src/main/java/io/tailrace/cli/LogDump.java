package io.tailrace.cli;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tailrace log dump}: what is in a segment file. */
@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Prints the batches of a segment file (<base offset>.log) and their records.",
            "Reads only; the node that owns the file may be running. Exit code 1 if anything is damaged."
        })
final class LogDump implements Callable<Integer> {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "FILE", description = "The segment file.")
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Path file;

    @Option(names = "--format", paramLabel = "text|json", description = "json: a line for each batch and each record.")
    private OutputFormat format = OutputFormat.TEXT;

    LogDump(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        PrintStream out = new PrintStream(
                new BufferedOutputStream(terminal.out(), BUFFER_BYTES), false, Charset.defaultCharset());
        LogPrinter printer = format == OutputFormat.JSON ? new JsonLogPrinter(out) : new TextLogPrinter(out);
        long batches = 0;
        long records = 0;
        long damaged = 0;
        try (SegmentWalk walk = SegmentWalk.open(file)) {
            for (SegmentWalk.Found found = walk.next(); found != null; found = walk.next()) {
                batches++;
                printer.batch(found);
                RecordBatch batch = found.batch();
                if (!found.isGood() || batch == null) {
                    damaged++;
                    continue;
                }
                records += batch.recordCount();
                RecordCursor cursor = batch.cursor(SegmentWalk.MAX_RECORDS_BYTES);
                while (cursor.next()) {
                    printer.record(batch, cursor.record());
                }
                if (out.checkError()) {
                    return Main.FAILED; // Nobody reads on, as with "| head".
                }
            }
        }
        printer.end(batches - damaged, records, damaged);
        out.flush();
        if (damaged > 0) {
            throw new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    file + " is damaged in " + damaged + (damaged == 1 ? " place." : " places."));
        }
        return 0;
    }
}
