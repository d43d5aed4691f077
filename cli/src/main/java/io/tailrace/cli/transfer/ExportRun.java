package io.tailrace.cli.transfer;

import io.tailrace.cli.client.Server;
import io.tailrace.cli.client.ServerProblem;
import io.tailrace.cli.client.ServerUnreachable;
import io.tailrace.cli.produce.Retries;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of a partition as batches, each checked, up to the end that the partition had when it began. Where the server breaks off, it is asked for the
 * rest.
 */
public final class ExportRun {
    private final Server server;
    private final String topic;
    private final int partition;
    private final Duration timeout;
    private final TransferListener listener;
    private final CRC32C crc = new CRC32C();
    private long batches;
    private long records;
    private long bytes;
    private long start = -1;
    private long end = -1;
    private long next = -1;

    /** Nothing is asked before {@link #run}. */
    public ExportRun(Server server, String topic, int partition, Duration timeout, TransferListener listener) {
        this.server = server;
        this.topic = topic;
        this.partition = partition;
        this.timeout = timeout;
        this.listener = listener;
    }

    /** Where the output is made, once it is known at which offset it begins. */
    public interface Output {
        /** Called once. */
        OutputStream at(long startOffset) throws IOException;
    }

    /**
     * Writes the records of those offsets.
     *
     * @param from the first; {@code null} for the earliest
     * @param to the first that is not wanted; {@code null} for the end
     * @throws TailraceException if not all could be written; it says what to do about the rest
     * @throws IOException if the output cannot be written
     */
    public Exported run(@Nullable Long from, @Nullable Long to, Output output) throws IOException {
        next = from == null ? -1 : from;
        end = to == null ? -1 : to;
        OutputStream out = null;
        Retries retries = new Retries(timeout);
        while (out == null || next < end) {
            long before = next;
            try {
                HttpResponse<InputStream> answer = server.openBytes(path(), timeout);
                try (InputStream in = answer.body()) {
                    if (out == null) {
                        start = header(answer, "Tailrace-Start-Offset");
                        end = header(answer, "Tailrace-End-Offset");
                        next = start;
                        out = output.at(start);
                    }
                    copy(in, out);
                    next = end;
                }
            } catch (ServerUnreachable e) {
                if (out == null) {
                    throw e;
                }
                retries = pause(e, before == next ? retries : new Retries(timeout));
            } catch (ServerProblem e) {
                if (!e.mayBeSentAgain()) {
                    throw unfinished(e);
                }
                retries = pause(e, retries);
            }
        }
        out.flush();
        return new Exported(partition, start, end, batches, records, bytes, (int) crc.getValue());
    }

    private String path() {
        return "/v1/topics/" + Server.escaped(topic) + "/partitions/" + partition + "/batches"
                + (next < 0 ? "" : "?from=" + next)
                + (end < 0 ? "" : (next < 0 ? "?" : "&") + "to=" + end);
    }

    private long header(HttpResponse<?> answer, String name) {
        return answer.headers()
                .firstValueAsLong(name)
                .orElseThrow(() -> new TailraceException(
                        ErrorCode.SERVER_UNREACHABLE,
                        "What answers at " + server.url() + " does not export: is it an older server? Check --url."));
    }

    private void copy(InputStream in, OutputStream out) throws IOException {
        BatchInput input = new BatchInput(in, "What the server sends of " + topic + "-" + partition);
        while (true) {
            RecordBatch batch;
            try {
                batch = input.next();
            } catch (IOException e) {
                throw server.broken(e);
            }
            if (batch == null) {
                return;
            }
            byte[] whole = batch.bytes().array();
            out.write(whole);
            crc.update(whole);
            batches++;
            records += batch.recordCount();
            bytes += whole.length;
            next = batch.nextOffset();
            listener.progress(records, bytes);
        }
    }

    private Retries pause(TailraceException why, Retries retries) {
        long millis = retries.pauseMillis(Duration.ZERO);
        if (retries.isFirst()) {
            listener.retrying(why);
        }
        if (millis == 0) {
            throw unfinished(why);
        }
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            CancellationException cancelled = new CancellationException("Interrupted");
            cancelled.initCause(e);
            throw cancelled;
        }
        return retries;
    }

    private TailraceException unfinished(TailraceException why) {
        if (records == 0) {
            return why;
        }
        return new TailraceException(
                why.code(),
                why.getMessage() + " Written: " + records + " records, below offset " + next
                        + "; the rest follows with --from " + next + ".",
                why);
    }
}
