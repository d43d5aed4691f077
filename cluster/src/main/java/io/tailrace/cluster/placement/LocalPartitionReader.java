package io.tailrace.cluster.placement;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.LogReader;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.HighWatermark;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.Replicas;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the replica of this process: straight from the segment files, past the leader's mailbox. The replica is looked up once, and
 * forgotten when it is closed or deleted.
 */
final class LocalPartitionReader implements PartitionReader {
    private final PartitionId partition;
    private final Replicas replicas;
    private final Executor io;
    private final Object lock = new Object();
    private @Nullable Replica replica;
    private @Nullable LogReader reader;
    private @Nullable CompletableFuture<Long> parked;
    private boolean closed;
    private boolean reading;

    /** A reader of the replica here, if there is one by the time it is asked. */
    LocalPartitionReader(PartitionId partition, Replicas replicas, Executor io) {
        this.partition = partition;
        this.replicas = replicas;
        this.io = io;
    }

    @Override
    public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
        return ask(found -> {
            long highWatermark = found.highWatermark().offset();
            // Only a leader can say that there is none; another has not heard of it yet (log-safety rule 21).
            if (offset > highWatermark && !found.isLeading()) {
                return CompletableFuture.failedFuture(notYet(highWatermark));
            }
            if (offset < found.startOffset() || offset > highWatermark) {
                return CompletableFuture.failedFuture(outOfRange(found, offset));
            }
            if (offset < highWatermark) {
                return CompletableFuture.supplyAsync(() -> read(found, offset, maxBytes), io);
            }
            return park(found, offset).thenApplyAsync(moved -> read(found, offset, maxBytes), io);
        });
    }

    @Override
    public CompletionStage<OffsetRange> offsets() {
        return ask(found -> CompletableFuture.completedFuture(
                new OffsetRange(found.startOffset(), found.highWatermark().offset())));
    }

    @Override
    public CompletionStage<OptionalLong> offsetForTime(long timestampMillis) {
        return ask(found -> CompletableFuture.supplyAsync(() -> found.offsetForTimestamp(timestampMillis), io));
    }

    /** Asks the replica. If that has been closed or deleted meanwhile, this says so, whatever else went wrong because of it. */
    private <T> CompletionStage<T> ask(Function<Replica, CompletableFuture<T>> question) {
        return serving().thenCompose(found -> {
            try {
                found.ensureOpen();
            } catch (TailraceException over) {
                forget(found);
                return CompletableFuture.failedFuture(over);
            }
            if (found.highWatermark().offset() == HighWatermark.UNKNOWN) {
                return CompletableFuture.failedFuture(notYet(0));
            }
            return question.apply(found).exceptionally(failure -> {
                try {
                    found.ensureOpen();
                } catch (TailraceException over) {
                    forget(found);
                    throw isClosed() ? closed() : over;
                }
                throw Failures.cause(failure) instanceof RuntimeException known
                        ? known
                        : new CompletionException(failure);
            });
        });
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    private void forget(Replica over) {
        synchronized (lock) {
            if (replica == over) {
                replica = null;
                if (reader != null && !reading) {
                    reader.close();
                }
                reader = null;
            }
        }
    }

    /** The replica, once it has a high watermark. */
    private CompletableFuture<Replica> serving() {
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.failedFuture(closed());
            }
            if (replica != null) {
                return CompletableFuture.completedFuture(replica);
            }
        }
        Replica found = replicas.find(partition.text()).orElse(null);
        if (found == null) {
            return CompletableFuture.failedFuture(unavailable());
        }
        synchronized (lock) {
            replica = found;
        }
        return CompletableFuture.completedFuture(found);
    }

    private CompletableFuture<Long> park(Replica found, long offset) {
        CompletableFuture<Long> moved = found.highWatermark().awaitBeyond(offset);
        synchronized (lock) {
            parked = moved;
            if (closed) {
                moved.completeExceptionally(closed());
                found.highWatermark().forget(moved);
            }
        }
        return moved;
    }

    private Fetched read(Replica found, long offset, int maxBytes) {
        LogReader mine;
        synchronized (lock) {
            if (closed) {
                throw closed();
            }
            parked = null;
            if (replica != found) {
                found.ensureOpen();
                throw unavailable();
            }
            if (reader == null) {
                reader = found.newReader();
            }
            mine = reader;
            reading = true;
        }
        try {
            long highWatermark = found.highWatermark().offset();
            return new Fetched(mine.read(offset, maxBytes, highWatermark), highWatermark);
        } catch (TailraceException e) {
            if (e.code() == ErrorCode.CORRUPT_LOG) {
                found.damaged(e, offset);
            }
            // The start has moved since the offset was looked at.
            throw e.code() == ErrorCode.OFFSET_OUT_OF_RANGE ? outOfRange(found, offset) : e;
        } finally {
            synchronized (lock) {
                reading = false;
                if (closed || reader != mine) {
                    mine.close();
                }
            }
        }
    }

    private TailraceException outOfRange(Replica found, long offset) {
        long start = found.startOffset();
        long end = found.highWatermark().offset();
        return new OffsetOutOfRangeException(
                "Offset " + offset + " is not in partition " + partition + ", which has " + start + " to " + end
                        + ": start at one of those.",
                start,
                end);
    }

    private TailraceException notYet(long highWatermark) {
        return new TailraceException(
                ErrorCode.PARTITION_UNAVAILABLE,
                "The replica of partition " + partition + " on this node knows of nothing committed above "
                        + highWatermark + " yet: ask again, or ask the leader.");
    }

    private TailraceException unavailable() {
        return new TailraceException(
                ErrorCode.PARTITION_UNAVAILABLE, "Partition " + partition + " has no replica on this node: ask again.");
    }

    private TailraceException closed() {
        return new TailraceException(ErrorCode.CLOSED, "The reader of partition " + partition + " has been closed.");
    }

    @Override
    public void close() {
        CompletableFuture<Long> waiting;
        Replica found;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            waiting = parked;
            found = replica;
            if (reader != null && !reading) {
                reader.close();
            }
        }
        if (waiting != null && found != null) {
            found.highWatermark().forget(waiting);
            waiting.completeExceptionally(closed());
        }
    }
}
