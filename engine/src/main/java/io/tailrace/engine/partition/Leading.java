package io.tailrace.engine.partition;

import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.Log;
import io.tailrace.engine.replication.Leadership;
import io.tailrace.engine.replication.Replica;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * What a partition has while it leads: the gate in front of its child, the mover of its log's start, the settings that it goes
 * by. It follows its topic's settings, and lets go of expired records from time to time; the first look comes soon, but not
 * at the same moment for all partitions of a node.
 */
final class Leading {
    private static final DispatcherSelector BATCH_WORK = DispatcherSelector.fromConfig("tailrace.batch-dispatcher");
    private static final Duration LATEST_FIRST_CHECK = Duration.ofSeconds(10);

    private final ActorContext<Partition.Command> context;
    private final ActorRef<Partition.Command> self;
    private final LeadingTicks ticks;
    private final PartitionId id;
    private final PartitionEnvironment environment;
    private final Replica replica;
    private final Leadership leadership;
    private final Log log;
    private final Gate gate;
    private final StartMover start;
    private final VoterMover voters;
    private volatile PartitionSettings settings;
    private boolean askingForSettings;
    /** At the last checkpoint. */
    private volatile long seenHighWatermark = -1;

    private volatile long seenFlushed = -1;
    private volatile boolean checkpointFailed;

    /**
     * With one leadership, and one life of the persistent child over it.
     *
     * @param dataEndOffset the offset after the newest data batch
     */
    Leading(
            ActorContext<Partition.Command> context,
            PartitionId id,
            PartitionEnvironment environment,
            Partition.Elected elected,
            ActorRef<PersistentPartition.Command> child,
            long dataEndOffset) {
        this.context = context;
        this.self = context.getSelf();
        this.ticks = LeadingTicks.of(context.getSystem().classicSystem());
        this.id = id;
        this.environment = environment;
        this.replica = elected.replica();
        this.leadership = elected.leadership();
        this.log = leadership.log();
        this.settings = elected.settings();
        if (log.recoveryPoint() >= dataEndOffset) {
            // Only the epoch's barrier is not written down yet; ten thousand partitions that start would each fsync
            // twice for that.
            this.seenHighWatermark = replica.highWatermark().offset();
            this.seenFlushed = log.flushedOffset();
        }
        this.gate = new Gate(
                settings,
                environment,
                log,
                child,
                context.getSystem().dispatchers().lookup(BATCH_WORK),
                done -> context.pipeToSelf(done, (admitted, failure) -> new Partition.FromArrivals(this, admitted)));
        this.start = new StartMover(
                id,
                environment,
                elected,
                gate,
                child,
                dataEndOffset,
                outcome -> context.pipeToSelf(outcome, (event, failure) -> new Partition.FromMover(this, event)));
        this.voters = new VoterMover(
                id,
                leadership,
                gate,
                outcome -> context.pipeToSelf(outcome, (event, failure) -> new Partition.FromVoterMover(this, event)));
    }

    void changeVoter(Partition.ChangeVoter wanted) {
        voters.change(wanted);
    }

    void hear(VoterMover.Event event) {
        voters.hear(event);
    }

    void startTimers(TimerScheduler<Partition.Command> timers) {
        ticks.enter(this);
        Duration every = environment.limits().retentionCheckInterval();
        long latest = Math.min(every.toMillis(), LATEST_FIRST_CHECK.toMillis());
        timers.startTimerWithFixedDelay(
                Partition.Tick.RETENTION,
                Partition.Tick.RETENTION,
                Duration.ofMillis(Math.floorMod(id.hashCode(), Math.max(1, latest))),
                every);
    }

    static void stopTimers(TimerScheduler<Partition.Command> timers) {
        timers.cancel(Partition.Tick.RETENTION);
    }

    void append(Partition.Append append) {
        gate.arrive(append);
    }

    void hear(Arrivals.Admitted done) {
        gate.admitted(done);
    }

    void delete(Partition.DeleteRecords wanted) {
        start.delete(wanted);
    }

    /** The stage completes on another thread; an answer needs nothing of this actor's. */
    void listOffsets(Partition.ListOffsets asked) {
        leadership.committedOffset().whenComplete((committed, failure) -> asked.replyTo()
                .tell(failure == null ? new Partition.Offsets(replica.startOffset(), committed) : refused(failure)));
    }

    void describe(Partition.Describe asked) {
        leadership
                .committedOffset()
                .thenCombine(replica.status(), this::description)
                .whenComplete((description, failure) ->
                        asked.replyTo().tell(failure == null ? description : refused(failure)));
    }

    private Partition.Description description(long committed, Replica.Status status) {
        List<Partition.ReplicaState> replicas = status.ends().entrySet().stream()
                .map(each -> new Partition.ReplicaState(
                        each.getKey().nodeId(),
                        each.getValue(),
                        status.voters().contains(each.getKey()),
                        each.getKey().equals(replica.self()) || status.live().contains(each.getKey())))
                .toList();
        long end = status.ends().getOrDefault(replica.self(), log.endOffset());
        return new Partition.Description(
                replica.self().nodeId(), leadership.epoch(), replica.startOffset(), committed, end, replicas);
    }

    private static Partition.Refused refused(Throwable failure) {
        TailraceException why = Failures.named(failure);
        return new Partition.Refused(why.code(), String.valueOf(why.getMessage()));
    }

    void hear(PersistentPartition.Answer answer) {
        if (answer instanceof PersistentPartition.Stored stored) {
            start.stored(stored.dataEndOffset());
            gate.stored(stored);
        } else if (answer instanceof PersistentPartition.StateNow state) {
            start.state(state);
        }
    }

    void hear(StartMover.Event event) {
        start.hear(event);
    }

    /** Why the leadership is over, or {@code null}: where nobody writes nothing else would tell. */
    @Nullable
    TailraceException whyOver() {
        try {
            leadership.ensureLeading();
            return null;
        } catch (TailraceException e) {
            return e;
        }
    }

    /** Once a second, on any thread: has {@link Partition.Tick#SECOND} told if there is something to do. */
    void look() {
        boolean idle;
        try {
            idle = whyOver() == null && !isToBeWrittenDown() && goesByItsTopic();
        } catch (RuntimeException e) {
            // It ended the timer of all of them; the actor meets it too, by itself.
            idle = false;
        }
        if (!idle) {
            self.tell(Partition.Tick.SECOND);
        }
    }

    private boolean goesByItsTopic() {
        CompletableFuture<PartitionSettings> known =
                environment.settings().apply(id).toCompletableFuture();
        return known.isDone()
                && !known.isCompletedExceptionally()
                && known.join().equals(settings);
    }

    /** Writes down how much is on the disk, and asks for the settings. */
    void tick() {
        checkpoint();
        if (!askingForSettings) {
            askingForSettings = true;
            context.pipeToSelf(environment.settings().apply(id), Partition.SettingsHeard::new);
        }
    }

    /** A partition in which nothing happens needs no thread for that. */
    private void checkpoint() {
        if (isToBeWrittenDown()) {
            seenHighWatermark = replica.highWatermark().offset();
            seenFlushed = log.flushedOffset();
            CompletionStage<Void> written = CompletableFuture.runAsync(replica::checkpoint, environment.io());
            written.whenComplete((done, failure) -> checkpointFailed = failure != null);
        }
    }

    private boolean isToBeWrittenDown() {
        return replica.highWatermark().offset() != seenHighWatermark
                || log.flushedOffset() != seenFlushed
                || checkpointFailed;
    }

    void checkRetention() {
        start.check(settings.retention());
    }

    /** Nobody answered what the settings are: those there are hold on. */
    void keepSettings() {
        askingForSettings = false;
    }

    void follow(PartitionSettings changed) {
        askingForSettings = false;
        if (changed.equals(settings)) {
            return;
        }
        boolean otherRetention = !changed.retention().equals(settings.retention());
        settings = changed;
        gate.follow(changed);
        log.changeSettings(changed.log());
        if (otherRetention) {
            checkRetention();
        }
    }

    /** It is over: what was under way, and what waited, ends with these. */
    void fail(Partition.Refused underWayEnds, Partition.Refused waitingEnd) {
        ticks.leave(this);
        gate.fail(underWayEnds, waitingEnd);
        start.fail(underWayEnds, waitingEnd);
        voters.fail(underWayEnds);
    }
}
