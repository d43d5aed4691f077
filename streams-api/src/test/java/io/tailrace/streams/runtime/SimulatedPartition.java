package io.tailrace.streams.runtime;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Decision;
import io.tailrace.engine.partition.PartitionState;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A partition that decides as a real one does, does what it is asked when the simulation says so, and loses answers. */
final class SimulatedPartition {
    /** What becomes of an append. */
    enum Fate {
        STORED,
        BUSY,
        STORED_UNKNOWN,
        LOST_UNKNOWN
    }

    private record Asked(RecordBatch batch, CompletableFuture<Appended> answer) {}

    private final ArrayDeque<Asked> asked = new ArrayDeque<>();
    private final List<SimulatedReader> readers = new ArrayList<>();
    private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
    private final List<RecordBatch> log = new ArrayList<>();
    private PartitionState state;
    private long startOffset;
    private boolean deleted;

    SimulatedPartition(int maxProducers) {
        state = PartitionState.empty(maxProducers);
    }

    CompletionStage<Appended> append(RecordBatch batch) {
        ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
        copy.put(batch.bytes()).flip();
        CompletableFuture<Appended> answer = new CompletableFuture<>();
        asked.add(new Asked(RecordBatch.at(copy), answer));
        return answer;
    }

    /** Whether there is something to be done. */
    boolean hasWork() {
        return !asked.isEmpty() || !answers.isEmpty();
    }

    /** Does the next thing. */
    void step(java.util.function.Supplier<Fate> fate, boolean preferAnswers) {
        if (!answers.isEmpty() && (preferAnswers || asked.isEmpty())) {
            answers.remove().run();
        } else {
            Asked next = asked.remove();
            // What the test itself produces arrives.
            answers.add(outcome(next, next.batch().hasProducerId() ? fate.get() : Fate.STORED));
        }
    }

    private Runnable outcome(Asked next, Fate fate) {
        if (deleted) {
            return fails(next, ErrorCode.UNKNOWN_TOPIC);
        }
        if (fate == Fate.BUSY) {
            return fails(next, ErrorCode.PARTITION_BUSY);
        }
        if (fate == Fate.LOST_UNKNOWN) {
            return fails(next, ErrorCode.OUTCOME_UNKNOWN);
        }
        next.batch().ensureAppendable();
        Decision decision = state.decide(next.batch(), 1, state.endOffset(), -1);
        if (decision instanceof Decision.Refuse refuse) {
            return fails(next, refuse.code());
        }
        Appended appended;
        if (decision instanceof Decision.Accept accept) {
            long base = accept.event().placed().baseOffset();
            state = state.apply(accept.event());
            ByteBuffer placed = ByteBuffer.allocate(next.batch().sizeInBytes());
            next.batch().copyTo(placed, base, 1, -1);
            log.add(RecordBatch.at(placed.flip()));
            readers.forEach(SimulatedReader::wake);
            appended = new Appended(base, -1);
        } else {
            Decision.Duplicate duplicate = (Decision.Duplicate) decision;
            appended = new Appended(duplicate.baseOffset(), -1);
        }
        return fate == Fate.STORED_UNKNOWN
                ? fails(next, ErrorCode.OUTCOME_UNKNOWN)
                : () -> next.answer().complete(appended);
    }

    private static Runnable fails(Asked next, ErrorCode code) {
        return () -> next.answer().completeExceptionally(new TailraceException(code, "Fault of the test."));
    }

    void delete() {
        deleted = true;
    }

    OffsetRange range() {
        return new OffsetRange(startOffset, state.endOffset());
    }

    void deleteBelow(long offset) {
        startOffset = Math.max(startOffset, offset);
    }

    List<RecordBatch> batches() {
        return log;
    }

    PartitionReader reader() {
        SimulatedReader reader = new SimulatedReader();
        readers.add(reader);
        return reader;
    }

    int openReaders() {
        return readers.size();
    }

    private final class SimulatedReader implements PartitionReader {
        private CompletableFuture<Fetched> parked;
        private long parkedOffset;
        private int parkedBytes;

        @Override
        public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
            if (parked != null) {
                throw new AssertionError("Two fetches of one reader at once.");
            }
            CompletableFuture<Fetched> answer = new CompletableFuture<>();
            if (offset < startOffset || offset > state.endOffset()) {
                answers.add(() -> answer.completeExceptionally(
                        new OffsetOutOfRangeException("Out of range.", startOffset, state.endOffset())));
                return answer;
            }
            parked = answer;
            parkedOffset = offset;
            parkedBytes = maxBytes;
            wake();
            return answer;
        }

        private void wake() {
            CompletableFuture<Fetched> waiting = parked;
            if (waiting == null || parkedOffset >= state.endOffset()) {
                return;
            }
            parked = null;
            List<RecordBatch> chosen = new ArrayList<>();
            int size = 0;
            for (RecordBatch batch : log) {
                if (batch.nextOffset() <= parkedOffset) {
                    continue;
                }
                if (!chosen.isEmpty() && size + batch.sizeInBytes() > parkedBytes) {
                    break;
                }
                chosen.add(batch);
                size += batch.sizeInBytes();
            }
            ByteBuffer bytes = ByteBuffer.allocate(size);
            chosen.forEach(batch -> bytes.put(batch.bytes()));
            Fetched fetched = new Fetched(bytes.flip(), state.endOffset());
            answers.add(() -> waiting.complete(fetched));
        }

        @Override
        public CompletionStage<OffsetRange> offsets() {
            CompletableFuture<OffsetRange> answer = new CompletableFuture<>();
            OffsetRange now = range();
            answers.add(() -> answer.complete(now));
            return answer;
        }

        @Override
        public CompletionStage<OptionalLong> offsetForTime(long timestampMillis) {
            throw new UnsupportedOperationException("Tasks do not ask for it.");
        }

        @Override
        public void close() {
            readers.remove(this);
            parked = null;
        }
    }

    /** All records, in order. */
    List<RecordCursor> cursors() {
        return log.stream().map(batch -> batch.cursor(1 << 26)).toList();
    }
}
