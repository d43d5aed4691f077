package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.AutoOffsetReset;
import io.tailrace.streams.TopicPartition;
import io.tailrace.streams.state.StateBackend;
import io.tailrace.streams.topology.TopologyNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One life of a task, on its loop.
 *
 * <pre>
 *   CLAIMING    the log is made its own             won: RESTORING
 *   RESTORING   the log is read                     done: RUNNING
 *   RUNNING     records are processed, committed    told to stop: STOPPING
 *   STOPPING    what is open is committed and sent  done: STOPPED
 * </pre>
 *
 * <p>In each of them an error is thrown into the loop, which ends the life; nothing but {@link #close} may be called then.
 */
final class TaskLife {
    private static final int SLICE_RECORDS = 512;
    private static final int CLOCK_EVERY = 32;
    private static final long SLICE_MILLIS = 5;

    private final TaskSetup setup;
    private final TaskLoop loop;
    private final LongSupplier wallClock;
    private final Questions questions;
    private final PartitionReader log;
    private final RecordRate rate = new RecordRate();
    private final Purge purge;

    private TaskStatus.State phase = TaskStatus.State.CLAIMING;
    private @Nullable StateBackend backend;
    private @Nullable LogRestore restore;
    private long restoreTo;
    private @Nullable Running running;
    private @Nullable Runnable ended;
    private boolean closed;

    /** What there is once the log has been read. */
    private record Running(
            TopologyRun run, TaskState state, TaskInputs inputs, TaskOutputs outputs, TaskCommits commits) {}

    private boolean workScheduled;
    private boolean commitScheduled;
    private boolean commitDue;
    private long punctuationScheduled = Long.MAX_VALUE;

    /** Of a task that is not begun yet. */
    TaskLife(TaskSetup setup, TaskLoop loop, LongSupplier wallClock) {
        this.setup = setup;
        this.loop = loop;
        this.wallClock = wallClock;
        this.questions = new Questions(loop);
        this.log = setup.tailrace().partitions().reader(setup.log());
        this.purge = new Purge(setup.tailrace().partitions(), wallClock);
    }

    /** Claims the log, and all that follows. */
    void begin() {
        new LogClaim(setup.log(), setup.tailrace().partitions(), log, questions, this::claimed).attempt();
    }

    private void claimed(LogClaim.Claimed claimed) {
        phase = TaskStatus.State.RESTORING;
        restoreTo = claimed.offset() + 1;
        StateBackend opened = setup.backend().get();
        backend = opened;
        LogRestore reading = new LogRestore(
                setup.log().topicId(),
                log,
                questions,
                opened,
                claimed.offset(),
                restored -> restored(claimed.writer(), opened, restored));
        restore = reading;
        reading.begin(wallClock.getAsLong());
    }

    private void restored(TaskWriter writer, StateBackend opened, LogRestore.Restored restored) {
        StreamSettings settings = setup.settings();
        boolean exactlyOnce = settings.guarantee() == ProcessingGuarantee.EXACTLY_ONCE;
        TaskState state = new TaskState(opened);
        TaskOutputs outputs = new TaskOutputs(
                setup.tailrace(),
                setup.topics(),
                loop,
                questions,
                exactlyOnce ? TaskWriter.outputs(setup.log().text()) : writer.outputsOfLife(),
                exactlyOnce ? 0 : writer.epoch(),
                setup.id().partition(),
                this::progressed);
        TopologyRun run = new TopologyRun(
                setup.topology(),
                setup.part().nodes(),
                setup.host(state),
                outputs,
                settings.timestamps(),
                wallClock,
                settings.errors());
        run.resume(restored.mark().streamTime());
        List<TaskInput> partitions = inputs(run);
        TaskInputs inputs = new TaskInputs(partitions, settings.maxTaskIdle(), wallClock, loop, this::scheduleWork);
        TaskCommits commits = new TaskCommits(
                setup, questions, writer, restored, run, state, partitions, outputs, wallClock, this::committed);
        running = new Running(run, state, inputs, outputs, commits);
        restore = null;
        log.close();
        if (exactlyOnce) {
            outputs.resume(restored.sequences());
        }
        outputs.replay(restored.outputs());
        phase = TaskStatus.State.RUNNING;
        opened.caughtUp();
        partitions.forEach(input -> input.begin(restored.positions().get(input.id())));
        scheduleWork();
    }

    private List<TaskInput> inputs(TopologyRun run) {
        List<TaskInput> inputs = new ArrayList<>();
        int number = setup.id().partition();
        for (TopologyNode node : setup.part().nodes()) {
            if (node instanceof TopologyNode.SourceNode source) {
                for (String name : source.topics()) {
                    Topic topic = setup.topics().find(name).orElseThrow(() -> missing(name));
                    if (number < topic.partitions()) {
                        inputs.add(input(source, name, topic, run));
                    }
                }
            }
        }
        return inputs;
    }

    private TaskInput input(TopologyNode.SourceNode source, String name, Topic topic, TopologyRun run) {
        AutoOffsetReset own = source.reset();
        int number = setup.id().partition();
        return new TaskInput(
                new TopicPartition(name, number),
                topic.partition(number),
                setup.tailrace().partitions().reader(topic.partition(number)),
                questions,
                own == null ? setup.settings().reset() : own,
                setup.topology().isInternal(name),
                setup.settings().bufferedBytes(),
                run,
                this::scheduleWork);
    }

    private static TailraceException missing(String topic) {
        return new TailraceException(
                ErrorCode.UNKNOWN_TOPIC, "There is no topic " + topic + " for the topology to read: create it.");
    }

    private Running running() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("Task " + setup.id() + " does not run.");
        }
        return now;
    }

    private void scheduleWork() {
        if (!workScheduled && phase == TaskStatus.State.RUNNING) {
            workScheduled = true;
            loop.execute(this::work);
        }
    }

    /** A slice of it, so that whoever asks something meanwhile is answered. */
    private void work() {
        workScheduled = false;
        if (phase != TaskStatus.State.RUNNING) {
            return;
        }
        Running now = running();
        long began = wallClock.getAsLong();
        if (now.run().nextByWallClock() <= began) {
            now.run().punctuateByWallClock();
        }
        int processed = 0;
        while (!isFull()) {
            TaskInput next = now.inputs().next();
            if (next == null) {
                break;
            }
            next.process();
            processed++;
            if (processed == SLICE_RECORDS
                    || (processed % CLOCK_EVERY == 0 && wallClock.getAsLong() - began >= SLICE_MILLIS)) {
                scheduleWork();
                break;
            }
        }
        rate.add(processed, began);
        now.commits().sendOutputs();
        schedulePunctuation();
        commit();
    }

    private boolean isFull() {
        Running now = running();
        return now.state().openBytes() + now.outputs().openBytes()
                >= setup.settings().maxCommitBytes();
    }

    private void schedulePunctuation() {
        long next = running().run().nextByWallClock();
        if (next < punctuationScheduled) {
            punctuationScheduled = next;
            loop.later(Duration.ofMillis(Math.max(1, next - wallClock.getAsLong())), () -> {
                punctuationScheduled = Long.MAX_VALUE;
                scheduleWork();
            });
        }
    }

    /** Outputs have been stored, or a topic has been found. */
    private void progressed() {
        running().commits().goOn();
        commit();
        scheduleWork();
    }

    private void committed() {
        purge.below(running().inputs().all());
        progressed();
    }

    private void commit() {
        TaskCommits commits = running().commits();
        commits.renewForgotten();
        boolean stopping = phase == TaskStatus.State.STOPPING;
        if (commits.isDue()) {
            if ((stopping || commitDue || isFull()) && commits.mayBegin()) {
                commitDue = false;
                commits.begin();
            }
            scheduleCommit();
        } else if (stopping && !commits.isOnItsWay() && running().outputs().isDelivered()) {
            stopped();
        }
    }

    private void scheduleCommit() {
        if (!commitScheduled) {
            commitScheduled = true;
            loop.later(setup.settings().commitInterval(), () -> {
                commitScheduled = false;
                commitDue = true;
                commit();
            });
        }
    }

    /** Commits what has been processed, waits until outputs are stored, and ends. */
    void stop(Runnable whenEnded) {
        ended = whenEnded;
        if (running == null) {
            stopped();
        } else {
            phase = TaskStatus.State.STOPPING;
            commit();
        }
    }

    private void stopped() {
        if (phase == TaskStatus.State.STOPPED) {
            return;
        }
        phase = TaskStatus.State.STOPPED;
        Running last = running;
        if (last != null) {
            last.run().close();
        }
        close();
        if (ended != null) {
            ended.run();
        }
    }

    /** Lets go of everything, at whatever moment. Idempotent. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        log.close();
        Running last = running;
        if (last != null) {
            last.inputs().all().forEach(TaskInput::close);
        }
        if (backend != null) {
            backend.close();
        }
    }

    TaskStatus status() {
        Running now = running;
        Map<TopicPartition, Long> positions = new HashMap<>();
        Map<TopicPartition, Long> lags = new HashMap<>();
        if (now != null) {
            for (TaskInput input : now.inputs().all()) {
                if (input.position() >= 0) {
                    positions.put(input.name(), input.position());
                    lags.put(input.name(), input.lag());
                }
            }
        }
        StateBackend opened = backend;
        LogRestore reading = restore;
        long restoredUpTo = reading == null ? restoreTo : reading.restoredUpTo();
        return new TaskStatus(
                setup.id(),
                phase,
                Map.copyOf(positions),
                Map.copyOf(lags),
                rate.total(),
                rate.perSecond(wallClock.getAsLong()),
                now == null ? -1 : now.run().streamTime(),
                opened == null || closed ? 0 : opened.sizeInBytes(),
                restoredUpTo,
                restoreTo,
                now == null ? 0 : now.commits().commits(),
                null);
    }
}
