package io.tailrace.cli.transfer;

import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.client.ServerUnreachable;
import io.tailrace.cli.produce.Retries;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Record;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Appends the records of files of batches to one partition, in their order, as one idempotent producer: a request without an answer is sent again, and stores
 * nothing twice.
 */
public final class ImportRun {
    /** What the records of one batch may decompress to. */
    private static final int MAX_RECORDS_BYTES = 256 << 20;

    private final Server server;
    private final String path;
    private final Settings settings;
    private final TransferListener listener;
    private final OutgoingBatches outgoing;
    private Imported done = Imported.NOTHING;
    private long bytes;
    private volatile boolean stopped;

    /**
     * How to go about it.
     *
     * @param maxMessageBytes the topic's {@code max.message.bytes}
     * @param skip records to leave out at the beginning
     * @param transactions which were committed; {@code null} if that is not known, so that none is taken
     * @param timeout how long a request is sent again that is not answered
     */
    public record Settings(
            int maxMessageBytes, long skip, @Nullable Transactions transactions, Duration timeout) {}

    /** Nothing is read or sent before {@link #run}. */
    public ImportRun(Server server, String topic, int partition, Settings settings, TransferListener listener) {
        this.server = server;
        this.path = "/v1/topics/" + Server.escaped(topic) + "/partitions/" + partition + "/batches";
        this.settings = settings;
        this.listener = listener;
        this.outgoing = new OutgoingBatches(settings.maxMessageBytes());
    }

    /** What has been done so far. */
    public Imported done() {
        return done;
    }

    /** Reads nothing more; what was read is still sent. For any thread. */
    public void stop() {
        stopped = true;
    }

    /**
     * Imports all batches of a file; files of one log come in their order, then {@link #finish}.
     *
     * @throws TailraceException if one is broken, or not stored: all that came before is stored then, and the message says how much that is
     */
    public void run(BatchInput in) {
        try {
            for (RecordBatch batch = next(in); batch != null && !stopped; batch = next(in)) {
                add(batch, in);
            }
        } catch (Broken e) {
            send(outgoing.take());
            throw new TailraceException(e.problem.code(), e.problem.getMessage() + resume(), e.problem);
        }
    }

    /** Sends what is left. */
    public void finish() {
        send(outgoing.take());
    }

    /** Of the source, not of the server: what is good before it is still sent. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient TailraceException problem;

        Broken(TailraceException problem) {
            super(problem);
            this.problem = problem;
        }
    }

    private static @Nullable RecordBatch next(BatchInput in) throws Broken {
        try {
            return in.next();
        } catch (TailraceException e) {
            throw new Broken(e);
        } catch (IOException e) {
            throw new Broken(new TailraceException(
                    ErrorCode.IO_FAILED, "Reading " + in + " failed: " + e.getMessage() + ".", e));
        }
    }

    private void add(RecordBatch batch, BatchInput in) throws Broken {
        if (batch.isControl()) {
            done = done.withMarker();
            return;
        }
        if (batch.isTransactional() && !isWanted(batch, in)) {
            done = done.withUncommitted(batch.recordCount());
            return;
        }
        try {
            ensureReadable(batch);
        } catch (TailraceException e) {
            throw new Broken(in.broken(e.code(), told(e), e));
        }
        RecordCursor cursor = batch.cursor(MAX_RECORDS_BYTES);
        while (cursor.next()) {
            if (done.skipped() < settings.skip()) {
                done = done.withSkipped(1);
                continue;
            }
            Record record = cursor.record();
            try {
                outgoing.add(record, batch.compression());
            } catch (TailraceException e) {
                throw new Broken(in.broken(e.code(), "offset " + record.offset() + ": " + told(e), e));
            }
            if (outgoing.isFull()) {
                send(outgoing.takeReady());
            }
        }
    }

    /** All of a batch, before any of it is imported. */
    private static void ensureReadable(RecordBatch batch) {
        RecordCursor cursor = batch.cursor(MAX_RECORDS_BYTES);
        while (cursor.next()) {
            cursor.record().headers();
        }
    }

    private static String told(TailraceException e) {
        String message = String.valueOf(e.getMessage());
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    private boolean isWanted(RecordBatch batch, BatchInput in) throws Broken {
        Transactions transactions = settings.transactions();
        if (transactions == null) {
            throw new Broken(
                    new TailraceException(
                            ErrorCode.INVALID_ARGUMENT,
                            in + ", byte " + in.position()
                                    + ": a transaction begins, and only what comes later tells whether it was committed: name the file instead of giving it on standard input."));
        }
        return transactions.isCommitted(batch);
    }

    private void send(List<RecordBatch> batches) {
        if (batches.isEmpty()) {
            return;
        }
        Retries retries = new Retries(settings.timeout());
        boolean unknown = false;
        while (true) {
            TailraceException why;
            Duration wish = Duration.ZERO;
            try {
                server.postBytes(path, BodyPublishers.ofInputStream(() -> body(batches)), settings.timeout());
                done = done.withStored(records(batches));
                bytes += batches.stream().mapToLong(RecordBatch::sizeInBytes).sum();
                listener.progress(done.stored(), bytes);
                return;
            } catch (ServerUnreachable e) {
                if (done.stored() == 0 && !e.sent() && !unknown) {
                    throw e;
                }
                unknown |= e.sent();
                why = e;
            } catch (ServerProblem e) {
                unknown |= e.code() == ErrorCode.OUTCOME_UNKNOWN || e.code() == ErrorCode.FENCED;
                if (!e.code().retriable()) {
                    refused(e, batches, unknown);
                    return;
                }
                wish = e.retryAfter();
                why = e;
            }
            pause(retries, wish, why, batches, unknown);
        }
    }

    private static InputStream body(List<RecordBatch> batches) {
        return new SequenceInputStream(Collections.enumeration(batches.stream()
                .map(batch -> new ByteArrayInputStream(
                        batch.bytes().array(), batch.bytes().arrayOffset(), batch.sizeInBytes()))
                .toList()));
    }

    private void pause(
            Retries retries, Duration wish, TailraceException why, List<RecordBatch> batches, boolean unknown) {
        long millis = retries.pauseMillis(wish);
        if (retries.isFirst()) {
            listener.retrying(why);
        }
        if (millis == 0) {
            // Some of them may be stored where a later one was refused.
            throw failed(why, batches, unknown || batches.size() > 1);
        }
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            CancellationException cancelled = new CancellationException("Interrupted");
            cancelled.initCause(e);
            throw cancelled;
        }
    }

    /** One of several: each is sent by itself then, where those that were stored are only recognized, and it is told which one it is. */
    private void refused(ServerProblem why, List<RecordBatch> batches, boolean unknown) {
        if (batches.size() == 1) {
            throw failed(why, batches, unknown);
        }
        batches.forEach(batch -> send(List.of(batch)));
    }

    private TailraceException failed(TailraceException why, List<RecordBatch> batches, boolean unknown) {
        long records = records(batches);
        long first = done.skipped() + done.stored() + 1;
        String those = records == 1 ? "record " + first : "records " + first + " to " + (first + records - 1);
        if (unknown) {
            return new TailraceException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "Whether " + those + " were stored is not known: " + told(why) + ". Before: " + done.told() + ".",
                    why);
        }
        return new TailraceException(why.code(), told(why) + ". Not stored: " + those + "." + resume(), why);
    }

    private static long records(List<RecordBatch> batches) {
        return batches.stream().mapToLong(RecordBatch::recordCount).sum();
    }

    private String resume() {
        return " Before: " + done.told() + "; to go on behind them: --skip " + (done.skipped() + done.stored()) + ".";
    }
}
