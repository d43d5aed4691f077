package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogSettings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The replicas whose files this process owns, each opened once: a second opening of the same files, by a second start of
 * a partition's actor, gets the same object and so meets the same checks (log-safety rule 3).
 */
public final class Replicas implements AutoCloseable {
    private final Map<String, Replica> open = new ConcurrentHashMap<>();
    private final FileStore files;
    private final Path directory;
    private final FlushMode flush;
    private final InstantSource clock;
    private final Executor io;
    private volatile boolean closed;

    /** The replicas beneath a directory. */
    public Replicas(FileStore files, Path directory, FlushMode flush, InstantSource clock, Executor io) {
        this.files = files;
        this.directory = directory;
        this.flush = flush;
        this.clock = clock;
        this.io = io;
    }

    /**
     * The replica of that name, opened if it is not yet. Blocking.
     *
     * @param name of its directory: ids only, never a topic's name
     * @throws TailraceException CORRUPT_LOG, IO_FAILED, or CLOSED after {@link #close}
     */
    public Replica open(String name, LogSettings settings) {
        Replica replica = open.computeIfAbsent(name, absent -> {
            ensureOpen();
            return Replica.open(files, directory.resolve(name), settings, flush, clock, io);
        });
        if (closed) {
            replica.close();
            ensureOpen();
        }
        return replica;
    }

    /** The replica of that name, if it is open. */
    public Optional<Replica> find(String name) {
        return Optional.ofNullable(open.get(name));
    }

    private void ensureOpen() {
        if (closed) {
            throw new TailraceException(ErrorCode.CLOSED, "The node is closing: start it again.");
        }
    }

    /** Closes every log with its clean-stop mark. Blocking, idempotent. */
    @Override
    public void close() {
        closed = true;
        open.values().forEach(Replica::close);
    }
}
