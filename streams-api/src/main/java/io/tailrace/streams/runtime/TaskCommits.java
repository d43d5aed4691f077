package io.tailrace.streams.runtime;

import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the commits of a task, one at a time, each of them one batch of its log: positions, states, and, exactly once, the outputs, which are sent when it is stored. At least
 * once, outputs are sent before, and the commit waits for them.
 */
final class TaskCommits {
    private final PartitionId log;
    private final Partitions partitions;
    private final Questions questions;
    private final TaskWriter writer;
    private final boolean exactlyOnce;
    private final TopologyRun run;
    private final TaskState state;
    private final List<TaskInput> inputs;
    private final TaskOutputs outputs;
    private final LongSupplier wallClock;
    private final Runnable committed;

    /** Where the commits lie whose outputs are not known by the log to be stored. */
    private final TreeMap<Long, Long> offsets = new TreeMap<>();

    private final List<Integer> slots;
    /** The commit that what happens now will belong to. */
    private long open;

    private int nextSequence = 1;
    private @Nullable Commit onItsWay;
    private boolean appending;
    private boolean renewing;
    private long commits;

    private record Commit(
            TaskMark mark, Map<byte[], byte @Nullable []> own, List<OutputBatch> outputs, RecordBatch batch) {}

    /** Goes on behind what was restored. */
    TaskCommits(
            TaskSetup setup,
            Questions questions,
            TaskWriter writer,
            LogRestore.Restored restored,
            TopologyRun run,
            TaskState state,
            List<TaskInput> inputs,
            TaskOutputs outputs,
            LongSupplier wallClock,
            Runnable committed) {
        this.log = setup.log();
        this.partitions = setup.tailrace().partitions();
        this.questions = questions;
        this.writer = writer;
        this.exactlyOnce = setup.settings().guarantee() == ProcessingGuarantee.EXACTLY_ONCE;
        this.run = run;
        this.state = state;
        this.inputs = inputs;
        this.outputs = outputs;
        this.wallClock = wallClock;
        this.committed = committed;
        this.open = restored.mark().commit() + 1;
        this.slots = new ArrayList<>(restored.mark().slots());
        restored.outputs()
                .forEach(slot -> offsets.put(slot.commit(), restored.mark().undeliveredFrom()));
    }

    /** How many have been made. */
    long commits() {
        return commits;
    }

    boolean isOnItsWay() {
        return onItsWay != null;
    }

    /** Whether there is anything to be committed. */
    boolean isDue() {
        return state.isChanged()
                || !outputs.isEmpty()
                || inputs.stream().anyMatch(TaskInput::hasMoved)
                || (outputs.isDelivered() && !offsets.isEmpty());
    }

    /** At least once, outputs need not wait for their commit. */
    void sendOutputs() {
        if (!exactlyOnce) {
            outputs.sendWhatCanGo(open);
        }
    }

    /** Whether one may be begun now: topics have been found, and the slot is not needed for an earlier one. */
    boolean mayBegin() {
        boolean slotIsFree = !exactlyOnce || outputs.firstUndelivered(open) > open - TaskMark.SLOTS;
        return onItsWay == null && !renewing && slotIsFree && !outputs.isLookingUp();
    }

    /** Begins one. */
    void begin() {
        if (!exactlyOnce) {
            outputs.take(open).forEach(outputs::send);
        }
        long delivered = outputs.firstUndelivered(open) - 1;
        List<OutputBatch> batches = exactlyOnce ? outputs.take(open) : List.of();
        Map.Entry<Long, Long> undelivered = offsets.higherEntry(delivered);
        int slot = (int) (open % TaskMark.SLOTS);
        int before = slots.set(slot, batches.size());
        TaskMark mark = new TaskMark(
                log.topicId(),
                open,
                delivered,
                undelivered == null ? TaskMark.HERE : undelivered.getValue(),
                run.streamTime(),
                wallClock.getAsLong(),
                List.copyOf(slots));
        TaskWriter.Batch batch = new TaskWriter.Batch(mark.wallClock());
        Map<byte[], byte @Nullable []> own = own(batches);
        batch.add(TaskLogFormat.markKey(), TaskLogFormat.mark(mark));
        own.forEach(batch::add);
        for (OutputBatch output : batches) {
            batch.add(slot(output).key(), TaskLogFormat.slot(slot(output)));
        }
        for (int number = batches.size(); number < before; number++) {
            batch.add(TaskLogFormat.slotKey(open, number), null);
        }
        state.commit(batch::add);
        onItsWay = new Commit(mark, own, batches, batch.build(writer, nextSequence));
        open++;
        goOn();
    }

    private static TaskLogFormat.Slot slot(OutputBatch output) {
        return new TaskLogFormat.Slot(output.commit, output.number, output.partition.id(), output.batch);
    }

    /** Positions that have moved, and sequences that have been given. */
    private Map<byte[], byte @Nullable []> own(List<OutputBatch> batches) {
        Map<byte[], byte @Nullable []> own = new TreeMap<>(Arrays::compareUnsigned);
        for (TaskInput input : inputs) {
            if (input.hasMoved()) {
                own.put(TaskLogFormat.inputKey(input.id()), TaskLogFormat.input(input.commit()));
            }
        }
        Set<OutputPartition> written = new LinkedHashSet<>();
        batches.forEach(batch -> written.add(batch.partition));
        for (OutputPartition partition : written) {
            own.put(TaskLogFormat.outputKey(partition.id()), TaskLogFormat.output(partition.next()));
        }
        return own;
    }

    /**
     * Outputs whose partition has forgotten their producer get sequences of its next epoch. Since those too may be sent by another life, they go into the log before
     * they are sent, in the slots of the commits that they belong to.
     */
    void renewForgotten() {
        List<OutputSender> forgotten = outputs.forgotten();
        if (forgotten.isEmpty() || onItsWay != null || renewing) {
            return;
        }
        if (!exactlyOnce) {
            throw new TailraceException(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE,
                    "Partition " + forgotten.get(0).partition()
                            + " has forgotten this producer, since many others have written there: the task begins anew.");
        }
        renewing = true;
        TaskWriter.Batch log = new TaskWriter.Batch(wallClock.getAsLong());
        Map<byte[], byte @Nullable []> own = new TreeMap<>(Arrays::compareUnsigned);
        Map<OutputSender, List<OutputBatch>> renewed = new LinkedHashMap<>();
        for (OutputSender sender : forgotten) {
            List<OutputBatch> left = sender.left();
            List<RecordBatch> batches = sender.partition()
                    .renew(left.stream().map(each -> each.batch).toList());
            List<OutputBatch> again = new ArrayList<>(left.size());
            for (int i = 0; i < left.size(); i++) {
                OutputBatch output = left.get(i).with(batches.get(i));
                again.add(output);
                log.add(slot(output).key(), TaskLogFormat.slot(slot(output)));
            }
            OutputPartition partition = sender.partition();
            own.put(TaskLogFormat.outputKey(partition.id()), TaskLogFormat.output(partition.next()));
            renewed.put(sender, again);
        }
        own.forEach(log::add);
        RecordBatch batch = log.build(writer, nextSequence);
        questions.ask(() -> append(batch), appended -> {
            nextSequence = (nextSequence + batch.recordCount()) & Integer.MAX_VALUE;
            state.committed(own, appended.baseOffset() + batch.recordCount());
            renewing = false;
            renewed.forEach(OutputSender::renewed);
            committed.run();
        });
    }

    /** The commit that is on its way goes into the log, as soon as it may. */
    void goOn() {
        Commit commit = onItsWay;
        if (commit == null || appending) {
            return;
        }
        if (!exactlyOnce && outputs.firstUndelivered(open) <= commit.mark().commit()) {
            return;
        }
        appending = true;
        questions.ask(() -> append(commit.batch()), appended -> stored(commit, appended));
    }

    private CompletionStage<Appended> append(RecordBatch batch) {
        return partitions.append(log, batch).exceptionally(failure -> {
            if (Failures.cause(failure) instanceof TailraceException error
                    && error.code() == ErrorCode.OUT_OF_ORDER_SEQUENCE) {
                // There is one batch at a time, so the one before was stored and is gone.
                throw new TailraceException(
                        ErrorCode.CORRUPT_LOG,
                        "The log of a task has lost what it had stored: " + error.getMessage(),
                        error);
            }
            throw new CompletionException(Failures.cause(failure));
        });
    }

    private void stored(Commit commit, Appended appended) {
        if (appended.baseOffset() < 0) {
            throw new TailraceException(
                    ErrorCode.PRODUCER_FENCED, "Where commit " + commit.mark().commit() + " lies is not known.");
        }
        long offset = appended.baseOffset();
        int records = commit.batch().recordCount();
        nextSequence = (nextSequence + records) & Integer.MAX_VALUE;
        commit.own()
                .put(TaskLogFormat.markKey(), TaskLogFormat.mark(commit.mark().at(offset)));
        state.committed(commit.own(), offset + records);
        offsets.headMap(commit.mark().delivered(), true).clear();
        if (!commit.outputs().isEmpty()) {
            offsets.put(commit.mark().commit(), offset);
        }
        onItsWay = null;
        appending = false;
        commits++;
        commit.outputs().forEach(outputs::send);
        committed.run();
    }
}
