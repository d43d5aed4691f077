package io.tailrace.cli.consume;

import io.tailrace.cli.client.ByteLines;
import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Prints the records of a topic as they come. What is printed is flushed whenever nothing more is there at the moment. */
public final class ConsumeRun {
    /** The largest record that a server stores, as base64, with its key and headers. */
    private static final int MAX_LINE_BYTES = 16 << 20;

    private static final int OUTPUT_BYTES = 64 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] RECORD = "{\"partition_id\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RECORD_OF_GROUP = "{\"topic\":".getBytes(StandardCharsets.US_ASCII);

    private final Server server;
    private final RecordQuery query;
    private final RecordPrinter printer;
    private final PrintListener listener;
    private volatile boolean stopped;
    private volatile @Nullable Thread runner;
    private long printed;
    /** Nothing has been printed that is not written, and heard of. */
    private volatile boolean quiet = true;

    /** Asks that server; nothing happens before {@link #run}. */
    public ConsumeRun(Server server, RecordQuery query, RecordPrinter printer) {
        this(server, query, printer, PrintListener.NONE);
    }

    /** The same with somebody who hears of what is printed. */
    public ConsumeRun(Server server, RecordQuery query, RecordPrinter printer, PrintListener listener) {
        this.server = server;
        this.query = query;
        this.printer = printer;
        this.listener = listener;
    }

    /**
     * Prints until the count or the end is reached, or until {@link #stop}.
     *
     * @throws TailraceException if the server refuses, ends early, or says that it cannot go on
     * @throws OutputFailed if {@code out} takes nothing any more
     */
    public void run(OutputStream out) throws OutputFailed {
        runner = Thread.currentThread();
        try (InputStream in = query.open(server, printer.data(), PATIENCE)) {
            boolean enough = copy(in, new BufferedOutputStream(new Output(out), OUTPUT_BYTES));
            if (!enough && !stopped) {
                throw ended();
            }
        } catch (OutputFailed e) {
            throw e;
        } catch (IOException e) {
            if (!stopped) {
                throw server.broken(e);
            }
        } finally {
            runner = null;
            setQuiet(true);
        }
    }

    /** Prints nothing more but the record at hand. For any thread. */
    public void stop() {
        stopped = true;
        Thread waiting = runner;
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    /** The same, when what has been printed is written and the listener has heard of it; that is waited for, so long at most. For any thread. */
    public void stop(Duration patience) {
        stopped = true;
        awaitQuiet(System.nanoTime() + patience.toNanos());
        stop();
    }

    private synchronized void awaitQuiet(long deadline) {
        try {
            for (long left = deadline - System.nanoTime(); !quiet && left > 0; left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void setQuiet(boolean isQuiet) {
        quiet = isQuiet;
        notifyAll();
    }

    /** Whether all came that was asked for. */
    private boolean copy(InputStream in, OutputStream out) throws IOException {
        ByteLines lines = new ByteLines(in, MAX_LINE_BYTES);
        try {
            while (!isDone() && lines.fill()) {
                while (!isDone() && lines.next()) {
                    print(lines, out);
                    if (listener.wantsFlush()) {
                        flush(out);
                    }
                }
                if (lines.wouldWait()) {
                    flush(out);
                }
            }
            flush(out);
            if (!isDone() && lines.rest()) {
                // Half a record, or the server's last word.
                refuseProblem(lines);
                return false;
            }
            return query.untilEnd() || isDone();
        } finally {
            out.flush();
        }
    }

    private void flush(OutputStream out) throws IOException {
        out.flush();
        listener.flushed();
        setQuiet(true);
    }

    private boolean isDone() {
        return stopped || (query.count() != null && printed >= query.count());
    }

    private void print(ByteLines line, OutputStream out) throws IOException {
        if (!begins(line, RECORD) && !begins(line, RECORD_OF_GROUP)) {
            refuseProblem(line);
        }
        if (quiet) {
            setQuiet(false);
        }
        printer.print(line.buffer(), line.start(), line.length(), out);
        listener.printed(line.buffer(), line.start(), line.length());
        printed++;
    }

    private static boolean begins(ByteLines line, byte[] with) {
        return line.length() >= with.length
                && Arrays.equals(line.buffer(), line.start(), line.start() + with.length, with, 0, with.length);
    }

    private void refuseProblem(ByteLines line) {
        ServerProblem problem = ServerProblem.in(line.buffer(), line.start(), line.length());
        if (problem != null) {
            throw problem;
        }
    }

    private TailraceException ended() {
        return new TailraceException(
                ErrorCode.SERVER_UNREACHABLE,
                "The server at " + server.url() + " has ended the stream after " + printed
                        + (printed == 1 ? " record." : " records."));
    }

    /** Tells a failure to write from a failure to read. */
    private static final class Output extends OutputStream {
        private final OutputStream out;

        Output(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws OutputFailed {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw new OutputFailed(e);
            }
        }

        @Override
        public void flush() throws OutputFailed {
            try {
                out.flush();
            } catch (IOException e) {
                throw new OutputFailed(e);
            }
        }
    }
}
