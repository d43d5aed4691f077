package io.tailrace.cli.produce;

import io.tailrace.cli.client.Answer;
import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.client.ServerUnreachable;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sends the lines of an input as records, batch after batch, in their order. A batch is sent again only when the server has
 * certainly taken nothing of it, so that no record is stored twice; where that is not known, this ends and says so.
 */
public final class ProduceRun {
    private final Server server;
    private final String path;
    private final Settings settings;
    private final ProduceListener listener;
    private final OutgoingLines lines;
    private volatile Tally tally = Tally.NOTHING;
    private @Nullable String firstRefusal;

    /**
     * How to go about it.
     *
     * @param timeout how long an answer is waited for, and how long a batch is sent again that the server does not take yet
     * @param keepGoing whether to go on after a record was refused
     * @param compression of the batches; {@code null}: the server's choice
     */
    public record Settings(
            Duration timeout, boolean keepGoing, @Nullable Compression compression) {}

    /** Sends to that topic; nothing is read or sent before {@link #run}. */
    public ProduceRun(Server server, String topic, RecordEncoder encoder, Settings settings, ProduceListener listener) {
        this.server = server;
        this.path = "/v1/topics/" + Server.escaped(topic) + "/records?report=failures"
                + (settings.compression() == null
                        ? ""
                        : "&compression=" + settings.compression().name().toLowerCase(Locale.ROOT));
        this.settings = settings;
        this.listener = listener;
        this.lines = new OutgoingLines(encoder);
    }

    /**
     * Reads and sends until the input ends, or until {@link #stop}; then all that was read has been acknowledged.
     *
     * @throws TailraceException if not; it says which records are stored, which are not, and of which nobody knows
     */
    public void run(InputStream in) throws IOException, InterruptedException {
        LineReader.start(in, lines);
        try {
            for (LineBatch batch = lines.take(); batch != null; batch = lines.take()) {
                send(batch);
            }
        } finally {
            lines.abandon();
        }
        Exception failure = lines.failure();
        if (failure instanceof TailraceException unusable) {
            throw new TailraceException(unusable.code(), unusable.getMessage() + before(), failure);
        }
        if (failure != null) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED, "Reading the input failed: " + failure.getMessage() + "." + before(), failure);
        }
    }

    /** Reads nothing more; what was read is still sent. For any thread. */
    public void stop() {
        lines.stop();
    }

    /** What has become of the records so far. */
    public Tally tally() {
        return tally;
    }

    /** Why the first of the refused records was. */
    public ErrorCode firstRefusal() {
        return ServerProblem.known(firstRefusal == null ? "" : firstRefusal);
    }

    /** Bytes that were read behind the last line's end and are no record, if it was stopped there. */
    public int pendingBytes() {
        return lines.pendingBytes();
    }

    private void send(LineBatch batch) throws InterruptedException {
        BatchReport report = BatchReport.read(batch, accepted(batch), listener);
        if (!report.isComplete()) {
            throw unknown(batch, report.end(), report.refused());
        }
        tally = tally.plus(batch, report);
        listener.stored(tally.stored());
        if (firstRefusal == null) {
            firstRefusal = report.firstCode();
        }
        if (report.refused() > 0 && !settings.keepGoing()) {
            throw new TailraceException(
                    firstRefusal(),
                    report.refused() + (report.refused() == 1 ? " record was" : " records were")
                            + " refused, as said above; " + tally.stored() + " stored; nothing after line "
                            + batch.lastLine() + " was sent. With --keep-going the others go on.");
        }
    }

    /** The answer to a batch that the server took. */
    private Answer accepted(LineBatch batch) throws InterruptedException {
        Retries retries = new Retries(settings.timeout());
        while (true) {
            long pauseMillis;
            TailraceException why;
            try {
                return server.postLines(path, batch.publisher(), settings.timeout());
            } catch (ServerUnreachable e) {
                why = whySendAgain(batch, e);
                pauseMillis = retries.pauseMillis(Duration.ZERO);
            } catch (ServerProblem e) {
                why = whySendAgain(batch, e);
                pauseMillis = retries.pauseMillis(e.retryAfter());
            }
            if (retries.isFirst()) {
                listener.retrying(why);
            }
            if (pauseMillis == 0 || lines.awaitStop(pauseMillis)) {
                throw notStored(batch, why);
            }
        }
    }

    private TailraceException whySendAgain(LineBatch batch, ServerUnreachable failure) {
        if (failure.sent()) {
            throw unknown(batch, failure.getMessage(), 0);
        }
        // At the beginning it is the address that is wrong; later it is a server that is started again.
        if (tally.lastLine() == 0) {
            throw failure;
        }
        return failure;
    }

    private TailraceException whySendAgain(LineBatch batch, ServerProblem problem) {
        if (problem.code() == ErrorCode.OUTCOME_UNKNOWN) {
            throw unknown(batch, problem.getMessage(), 0);
        }
        if (!problem.mayBeSentAgain()) {
            throw notStored(batch, problem);
        }
        return problem;
    }

    private TailraceException notStored(LineBatch batch, TailraceException why) {
        String lost = tally.lastLine() == 0
                ? ""
                : " Not stored: " + LineBatch.lines(batch.firstLine(), batch.lastLine()) + " and what follows."
                        + before();
        return new TailraceException(why.code(), why.getMessage() + lost, why);
    }

    private TailraceException unknown(LineBatch batch, @Nullable String why, long refused) {
        return new TailraceException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The outcome of " + LineBatch.lines(batch.firstLine(), batch.lastLine())
                        + (refused == 0 ? "" : " (but those refused above)")
                        + " is not known: " + withoutEnd(String.valueOf(why)) + "." + before());
    }

    private static String withoutEnd(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private String before() {
        return " Before: " + tally.told() + ".";
    }
}
