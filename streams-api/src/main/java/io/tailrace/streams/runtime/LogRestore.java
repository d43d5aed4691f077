package io.tailrace.streams.runtime;

import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.RecordCursor;
import io.tailrace.streams.state.ByteKey;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.StateBackend;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the committed state of a task up to its log, in bounded portions: from where the state ends, or from the first commit whose outputs are not known to be stored, since
 * those are in the log alone.
 */
final class LogRestore {
    private static final int PORTION_BYTES = 1 << 20;
    /** A deletion may be gone from the log a day after it was made, so what is older has to be read anew. */
    private static final Duration OLDEST_STATE = Duration.ofHours(12);

    private final UUID log;
    private final PartitionReader reader;
    private final Questions questions;
    private final StateBackend backend;
    private final long upTo;
    private final Consumer<Restored> done;
    private final Map<String, Changes> changes = new HashMap<>();
    private final Map<Long, TaskLogFormat.Slot> slots = new TreeMap<>();
    private long appliedUpTo;
    private long restoredUpTo;

    /**
     * What a life begins with.
     *
     * @param outputs batches that may have to be sent, in order
     */
    record Restored(
            TaskMark mark,
            Map<PartitionId, TaskLogFormat.Input> positions,
            Map<PartitionId, TaskLogFormat.Output> sequences,
            List<TaskLogFormat.Slot> outputs) {}

    /**
     * Of a log that has been claimed.
     *
     * @param log the id of its topic
     * @param upTo the offset of the claim
     */
    LogRestore(
            UUID log,
            PartitionReader reader,
            Questions questions,
            StateBackend backend,
            long upTo,
            Consumer<Restored> done) {
        this.log = log;
        this.reader = reader;
        this.questions = questions;
        this.backend = backend;
        this.upTo = upTo;
        this.done = done;
    }

    /** The offset up to which the log has been read. */
    long restoredUpTo() {
        return restoredUpTo;
    }

    /** Begins; {@code now} is the time of day, milliseconds since 1970. */
    void begin(long now) {
        TaskMark mark = mark();
        if (backend.appliedUpTo() > 0 && !belongs(mark, now)) {
            backend.clear();
            mark = null;
        }
        appliedUpTo = backend.appliedUpTo();
        restoredUpTo = mark == null ? appliedUpTo : Math.min(appliedUpTo, mark.undeliveredFrom());
        questions.ask(reader::offsets, range -> {
            restoredUpTo = Math.max(restoredUpTo, range.startOffset());
            read();
        });
    }

    private @Nullable TaskMark mark() {
        byte[] mark = backend.store(TaskState.OWN).get(TaskLogFormat.markKey());
        return mark == null ? null : TaskLogFormat.readMark(ByteBuffer.wrap(mark));
    }

    private boolean belongs(@Nullable TaskMark mark, long now) {
        long behind = upTo - backend.appliedUpTo();
        return mark != null
                && mark.log().equals(log)
                && behind >= 0
                && (behind == 0 || now - mark.wallClock() < OLDEST_STATE.toMillis());
    }

    private void read() {
        if (restoredUpTo > upTo) {
            finish();
        } else {
            questions.ask(() -> reader.fetch(restoredUpTo, PORTION_BYTES), this::fetched);
        }
    }

    private void fetched(Fetched fetched) {
        ByteBuffer bytes = fetched.batches();
        while (bytes.hasRemaining() && restoredUpTo <= upTo) {
            RecordBatch batch = RecordBatch.at(bytes);
            bytes.position(bytes.position() + batch.sizeInBytes());
            batch.ensureValid();
            if (!batch.isControl()) {
                take(batch);
            }
            restoredUpTo = batch.nextOffset();
        }
        if (restoredUpTo > appliedUpTo) {
            Map<String, Map<byte[], byte @Nullable []>> portion = new HashMap<>();
            changes.forEach((store, changed) -> portion.put(store, changed.asMap()));
            backend.apply(portion, restoredUpTo);
            changes.clear();
        }
        read();
    }

    private void take(RecordBatch batch) {
        boolean applied = batch.baseOffset() < appliedUpTo;
        RecordCursor records = batch.cursor(RecordBatch.MAX_UNCOMPRESSED_BYTES);
        while (records.next()) {
            byte kind = TaskLogFormat.kind(records);
            if (kind == TaskLogFormat.SLOT) {
                takeSlot(records);
            } else if (!applied && kind != TaskLogFormat.CLAIM) {
                take(kind, records, batch.baseOffset());
            }
        }
    }

    private void takeSlot(RecordCursor records) {
        TaskLogFormat.Slot slot = TaskLogFormat.readSlot(records);
        if (slot == null) {
            slots.remove(TaskLogFormat.readSlotKey(records));
        } else {
            slots.put(TaskLogFormat.readSlotKey(records), slot);
        }
    }

    private void take(byte kind, RecordCursor records, long baseOffset) {
        if (kind == TaskLogFormat.STATE) {
            put(
                    TaskLogFormat.readStore(records),
                    TaskLogFormat.readStateKey(records),
                    TaskLogFormat.copyValue(records));
        } else if (kind == TaskLogFormat.MARK) {
            TaskMark mark = TaskLogFormat.readMark(records).at(baseOffset);
            put(TaskState.OWN, TaskLogFormat.markKey(), TaskLogFormat.mark(mark));
        } else {
            put(TaskState.OWN, TaskLogFormat.copyKey(records), TaskLogFormat.copyValue(records));
        }
    }

    private void put(String store, byte[] key, byte @Nullable [] value) {
        changes.computeIfAbsent(store, name -> new Changes(0)).put(new ByteKey(key), value);
    }

    private void finish() {
        Map<PartitionId, TaskLogFormat.Input> positions = new HashMap<>();
        Map<PartitionId, TaskLogFormat.Output> sequences = new HashMap<>();
        try (Entries<byte[], byte[]> own = backend.store(TaskState.OWN).range(null, null)) {
            while (own.hasNext()) {
                KeyValue<byte[], byte[]> entry = own.next();
                ByteBuffer value = ByteBuffer.wrap(entry.value());
                byte[] key = Objects.requireNonNull(entry.key());
                byte kind = key[1];
                if (kind == TaskLogFormat.INPUT) {
                    positions.put(TaskLogFormat.readPartition(key), TaskLogFormat.readInput(value));
                } else if (kind == TaskLogFormat.OUTPUT) {
                    sequences.put(TaskLogFormat.readPartition(key), TaskLogFormat.readOutput(value));
                }
            }
        }
        TaskMark found = mark();
        TaskMark mark = found == null ? TaskMark.none(log) : found;
        List<TaskLogFormat.Slot> outputs = slots.entrySet().stream()
                .filter(slot -> slot.getValue().commit() > mark.delivered())
                .sorted(Map.Entry.<Long, TaskLogFormat.Slot>comparingByValue(
                                java.util.Comparator.comparingLong(TaskLogFormat.Slot::commit))
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getValue)
                .toList();
        slots.clear();
        done.accept(new Restored(mark, positions, sequences, outputs));
    }
}
