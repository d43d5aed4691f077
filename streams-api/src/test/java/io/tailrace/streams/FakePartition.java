package io.tailrace.streams;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** A partition in memory that de-duplicates as a real one does, answers as it is told, and counts what it is given. */
final class FakePartition {
    /** What happens to one append. */
    enum Fate {
        STORED,
        /** Refused with PARTITION_BUSY. */
        BUSY,
        /** Stored, and the answer is lost. */
        STORED_OUTCOME_UNKNOWN,
        /** Not stored, and nobody can say so. */
        LOST_OUTCOME_UNKNOWN,
        /** Stored, and answered a little later. */
        STORED_LATE,
        /** Stored, never answered. */
        STORED_SILENT,
        /** Refused for good. */
        CORRUPT
    }

    private record Stored(long baseOffset, RecordBatch batch) {}

    private record Sequenced(int baseSequence, int nextSequence, Stored stored) {}

    /** One for all, so that reads are answered in the order in which they were asked for. */
    private static final Executor DISK = Executors.newSingleThreadExecutor(FakePartition::daemon);

    private final PartitionId id;
    private final List<Stored> log = new ArrayList<>();
    private final Map<ProducerIdentity, ArrayDeque<Sequenced>> producers = new HashMap<>();
    private final List<FakeReader> readers = new ArrayList<>();
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();
    private IntFunction<Fate> fates = n -> Fate.STORED;
    private boolean holding;
    private long startOffset;
    private long endOffset;
    private int appends;
    private long unansweredBytes;
    private long mostUnansweredBytes;
    private int unanswered;
    private int mostUnanswered;
    private int fetches;
    private int mostFetchBytes;
    private int unavailableFetches;
    private int unavailableOffsets;
    private int resent;

    FakePartition(PartitionId id) {
        this.id = id;
    }

    PartitionId id() {
        return id;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fake-disk");
        thread.setDaemon(true);
        return thread;
    }

    /** The fate of each append by its number, from 0. */
    synchronized void fates(IntFunction<Fate> fates) {
        this.fates = fates;
    }

    /** Answers are held back until {@link #release}. */
    synchronized void hold() {
        holding = true;
    }

    void release() {
        List<Runnable> now;
        synchronized (this) {
            holding = false;
            now = new ArrayList<>(held);
            held.clear();
        }
        now.forEach(Runnable::run);
    }

    /** So many questions for its offsets fail. */
    synchronized void unavailableOffsets(int count) {
        unavailableOffsets = count;
    }

    synchronized void unavailableFetches(int count) {
        unavailableFetches = count;
    }

    CompletionStage<Appended> append(RecordBatch batch) {
        CompletableFuture<Appended> answer = new CompletableFuture<>();
        Runnable reply;
        Fate fate;
        boolean hold;
        synchronized (this) {
            batch.ensureValid();
            fate = fates.apply(appends++);
            unanswered++;
            unansweredBytes += batch.sizeInBytes();
            mostUnanswered = Math.max(mostUnanswered, unanswered);
            mostUnansweredBytes = Math.max(mostUnansweredBytes, unansweredBytes);
            Runnable outcome = outcome(batch, fate, answer);
            reply = () -> {
                synchronized (this) {
                    unanswered--;
                    unansweredBytes -= batch.sizeInBytes();
                }
                outcome.run();
            };
            hold = holding;
            if (hold) {
                held.add(reply);
            }
        }
        wakeReaders();
        if (!hold && fate == Fate.STORED_LATE) {
            CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS).execute(reply);
        } else if (!hold && fate != Fate.STORED_SILENT) {
            reply.run();
        }
        return answer;
    }

    private Runnable outcome(RecordBatch batch, Fate fate, CompletableFuture<Appended> answer) {
        switch (fate) {
            case BUSY:
                return fails(answer, ErrorCode.PARTITION_BUSY);
            case CORRUPT:
                return fails(answer, ErrorCode.CORRUPT_BATCH);
            case LOST_OUTCOME_UNKNOWN:
                return fails(answer, ErrorCode.OUTCOME_UNKNOWN);
            default:
                Stored stored = store(batch);
                if (stored == null) {
                    return fails(answer, ErrorCode.OUT_OF_ORDER_SEQUENCE);
                }
                return fate == Fate.STORED_OUTCOME_UNKNOWN
                        ? fails(answer, ErrorCode.OUTCOME_UNKNOWN)
                        : () -> answer.complete(new Appended(stored.baseOffset(), -1));
        }
    }

    private Runnable fails(CompletableFuture<Appended> answer, ErrorCode code) {
        return () -> answer.completeExceptionally(new TailraceException(code, "Fault of the test, " + id + "."));
    }

    /** Null if the batch does not continue its producer's sequence. */
    private Stored store(RecordBatch batch) {
        if (batch.producerId() == RecordBatch.NO_PRODUCER_ID) {
            return place(batch);
        }
        ArrayDeque<Sequenced> last = producers.computeIfAbsent(
                new ProducerIdentity(batch.producerId(), batch.producerEpoch()), key -> new ArrayDeque<>());
        for (Sequenced known : last) {
            if (known.baseSequence() == batch.baseSequence()) {
                resent++;
                if (!known.stored().batch().bytes().equals(batch.bytes())) {
                    throw new AssertionError("Sent again with other bytes: " + batch);
                }
                return known.stored();
            }
        }
        int expected = last.isEmpty() ? 0 : last.getLast().nextSequence();
        if (batch.baseSequence() < expected) {
            throw new AssertionError("Sent again when it was no longer remembered: " + batch);
        }
        if (batch.baseSequence() != expected) {
            return null;
        }
        Stored stored = place(batch);
        last.add(new Sequenced(expected, expected + batch.recordCount(), stored));
        if (last.size() > 5) {
            last.remove();
        }
        return stored;
    }

    private Stored place(RecordBatch batch) {
        ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
        copy.put(batch.bytes()).flip();
        Stored stored = new Stored(endOffset, RecordBatch.at(copy));
        log.add(stored);
        endOffset += batch.lastOffsetDelta() + 1;
        return stored;
    }

    /** How many producers it has to remember. */
    synchronized long producerIds() {
        return producers.keySet().stream().map(ProducerIdentity::id).distinct().count();
    }

    /** Stores bytes as they are, good or bad, at the end. */
    synchronized void plant(RecordBatch batch) {
        place(batch);
        wakeReaders();
    }

    /** Everything below is gone. */
    synchronized void moveStart(long offset) {
        startOffset = offset;
        log.removeIf(stored -> stored.baseOffset() + stored.batch().lastOffsetDelta() < offset);
    }

    synchronized List<RecordBatch> batches() {
        return log.stream().map(stored -> placed(stored)).toList();
    }

    private static RecordBatch placed(Stored stored) {
        ByteBuffer bytes = ByteBuffer.allocate(stored.batch().sizeInBytes());
        stored.batch().copyTo(bytes, stored.baseOffset(), 7, -1);
        return RecordBatch.at(bytes.flip());
    }

    synchronized int appends() {
        return appends;
    }

    synchronized int resent() {
        return resent;
    }

    synchronized long mostUnansweredBytes() {
        return mostUnansweredBytes;
    }

    synchronized int mostUnanswered() {
        return mostUnanswered;
    }

    synchronized int fetches() {
        return fetches;
    }

    synchronized int mostFetchBytes() {
        return mostFetchBytes;
    }

    synchronized int openReaders() {
        return (int) readers.stream().filter(reader -> !reader.closed).count();
    }

    synchronized int parked() {
        return (int) readers.stream().filter(reader -> reader.parked != null).count();
    }

    PartitionReader reader() {
        synchronized (this) {
            FakeReader reader = new FakeReader();
            readers.add(reader);
            return reader;
        }
    }

    private void wakeReaders() {
        List<FakeReader> all;
        synchronized (this) {
            all = List.copyOf(readers);
        }
        all.forEach(FakeReader::wake);
    }

    private final class FakeReader implements PartitionReader {
        private boolean closed;
        private CompletableFuture<Fetched> parked;
        private long parkedOffset;
        private int parkedBytes;

        @Override
        public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
            synchronized (FakePartition.this) {
                fetches++;
                mostFetchBytes = Math.max(mostFetchBytes, maxBytes);
                if (parked != null) {
                    throw new AssertionError("Two fetches of one reader at once.");
                }
                if (closed) {
                    return failed(ErrorCode.CLOSED);
                }
                if (unavailableFetches > 0) {
                    unavailableFetches--;
                    return failed(ErrorCode.PARTITION_UNAVAILABLE);
                }
                if (offset < startOffset || offset > endOffset) {
                    return CompletableFuture.failedStage(new OffsetOutOfRangeException(
                            "Offset " + offset + " is not in it, which has " + startOffset + " to " + endOffset + ".",
                            startOffset,
                            endOffset));
                }
                if (offset < endOffset) {
                    return CompletableFuture.supplyAsync(() -> read(offset, maxBytes), DISK);
                }
                parked = new CompletableFuture<>();
                parkedOffset = offset;
                parkedBytes = maxBytes;
                return parked;
            }
        }

        private Fetched read(long offset, int maxBytes) {
            synchronized (FakePartition.this) {
                return readNow(offset, maxBytes);
            }
        }

        private Fetched readNow(long offset, int maxBytes) {
            List<Stored> chosen = new ArrayList<>();
            int size = 0;
            for (Stored stored : log) {
                int bytes = stored.batch().sizeInBytes();
                if (stored.baseOffset() + stored.batch().lastOffsetDelta() < offset) {
                    continue;
                }
                if (!chosen.isEmpty() && size + bytes > maxBytes) {
                    break;
                }
                chosen.add(stored);
                size += bytes;
            }
            ByteBuffer bytes = ByteBuffer.allocate(size);
            chosen.forEach(stored -> stored.batch().copyTo(bytes, stored.baseOffset(), 7, -1));
            return new Fetched(bytes.flip(), endOffset);
        }

        private void wake() {
            CompletableFuture<Fetched> waiting;
            Fetched fetched;
            synchronized (FakePartition.this) {
                if (parked == null || parkedOffset >= endOffset) {
                    return;
                }
                waiting = parked;
                parked = null;
                fetched = read(parkedOffset, parkedBytes);
            }
            waiting.complete(fetched);
        }

        @Override
        public CompletionStage<OffsetRange> offsets() {
            synchronized (FakePartition.this) {
                if (unavailableOffsets > 0) {
                    unavailableOffsets--;
                    return failed(ErrorCode.PARTITION_UNAVAILABLE);
                }
                return CompletableFuture.completedStage(new OffsetRange(startOffset, endOffset));
            }
        }

        @Override
        public CompletionStage<OptionalLong> offsetForTime(long timestampMillis) {
            synchronized (FakePartition.this) {
                for (Stored stored : log) {
                    var records = placed(stored).cursor(1 << 20);
                    while (records.next()) {
                        if (records.timestamp() >= timestampMillis) {
                            return CompletableFuture.completedStage(OptionalLong.of(records.offset()));
                        }
                    }
                }
                return CompletableFuture.completedStage(OptionalLong.empty());
            }
        }

        private <T> CompletionStage<T> failed(ErrorCode code) {
            return CompletableFuture.failedStage(new TailraceException(code, "Fault of the test, " + id + "."));
        }

        @Override
        public void close() {
            CompletableFuture<Fetched> waiting;
            synchronized (FakePartition.this) {
                closed = true;
                waiting = parked;
                parked = null;
            }
            if (waiting != null) {
                waiting.completeExceptionally(new TailraceException(ErrorCode.CLOSED, "Closed."));
            }
        }
    }
}
