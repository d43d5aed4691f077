package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.journal.LedPartitions;
import io.tailrace.engine.log.Recovery;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.record.TimestampType;
import io.tailrace.engine.replication.Leadership;
import io.tailrace.engine.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition: the sharded actor that owns a log while it leads. It has two lives, and {@link Gate} is the door of the second.
 *
 * <ul>
 *   <li><b>electing</b>: learns its topic's settings, opens its replica, wins an epoch, commits the barrier, starts its
 *       persistent child over the log and lets it recover. Who asks for the leader waits, up to a bound; appends are
 *       refused as PARTITION_UNAVAILABLE. A failure is tried again after a pause that grows to {@link #LONGEST_PAUSE}.
 *   <li><b>leading</b>: the gate hands batches to the child. When the child stops, a persist has failed: what was under way
 *       ends as unknown, and it elects again.
 * </ul>
 */
public final class Partition {
    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** Each election writes a barrier, and what could not be replayed will hardly be replayed a moment later. */
    private static final Duration PAUSE_AFTER_FAILED_RECOVERY = Duration.ofSeconds(30);

    private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(1);

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final PartitionId id;
    private final PartitionEnvironment environment;
    private final List<Locate> waiting = new ArrayList<>();
    private Duration pause = FIRST_PAUSE;

    /** What a partition understands. */
    public sealed interface Command {}

    /** Who leads? Answered when somebody does. */
    public record Locate(PartitionId partition, ActorRef<Located> replyTo) implements Command {}

    /** Append this batch; its bytes must stay as they are until the answer. */
    public record Append(PartitionId partition, RecordBatch batch, ActorRef<AppendReply> replyTo) implements Command {}

    /** Stop, since the node stops or the partition moves. */
    public enum Stop implements Command {
        INSTANCE
    }

    private record Elected(PartitionSettings settings, Replica replica, Leadership leadership) implements Command {}

    private record ElectionFailed(Throwable cause) implements Command {}

    private record FromChild(PersistentPartition.Answer answer) implements Command {}

    private enum Tick implements Command {
        ELECT,
        CHECKPOINT,
        CHECKPOINTED,
        CHILD_STOPPED
    }

    /** Answer to {@link Locate}. */
    public sealed interface Located {}

    /** This actor leads. */
    public record Leads(ActorRef<Command> leader, int epoch) implements Located {}

    /** Nobody leads, for this reason. */
    public record Unavailable(ErrorCode code, String message) implements Located {}

    /** Answer to {@link Append}. */
    public sealed interface AppendReply {}

    /**
     * It is stored.
     *
     * @param baseOffset of its first record; -1 for an old duplicate
     * @param appendTimeMillis that the partition set, or -1
     */
    public record Appended(long baseOffset, long appendTimeMillis) implements AppendReply {}

    /** It is not stored, or with OUTCOME_UNKNOWN may be. */
    public record Refused(ErrorCode code, String message) implements AppendReply {}

    private Partition(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PartitionId id,
            PartitionEnvironment environment) {
        this.context = context;
        this.timers = timers;
        this.id = id;
        this.environment = environment;
    }

    /** The behaviour of one partition. */
    public static Behavior<Command> create(PartitionId id, PartitionEnvironment environment) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new Partition(context, timers, id, environment).elect()));
    }

    private Behavior<Command> elect() {
        CompletionStage<Elected> election =
                environment.settings().apply(id).thenApplyAsync(this::lead, environment.io());
        context.pipeToSelf(election, (elected, failure) -> failure == null ? elected : new ElectionFailed(failure));
        return electing();
    }

    /** Blocking: on the I/O executor. */
    private Elected lead(PartitionSettings settings) {
        Replica replica = environment.replicas().open(id.text(), settings.log());
        report(replica.recovery());
        return new Elected(settings, replica, replica.lead(UUID.randomUUID()));
    }

    private void report(Recovery found) {
        if (found.truncatedBytes() > 0) {
            LOG.warn(
                    "Partition {}: {} bytes that were never acknowledged were cut from the end of its log",
                    id,
                    found.truncatedBytes());
        }
        if (found.epochIndexRebuilt() || found.recoveryPointLost()) {
            LOG.warn("Partition {}: a damaged index was made again from its log: {}", id, found);
        }
    }

    private Behavior<Command> electing() {
        return Behaviors.receive(Command.class)
                .onMessage(Locate.class, this::waitForLeader)
                .onMessage(Append.class, append -> refuse(append, unavailable()))
                .onMessage(Elected.class, this::recover)
                .onMessage(ElectionFailed.class, this::electionFailed)
                .onMessageEquals(Tick.ELECT, this::elect)
                .onMessage(Tick.class, tick -> Behaviors.same())
                .onMessage(FromChild.class, late -> Behaviors.same())
                .onMessage(Stop.class, stop -> Behaviors.stopped())
                .onSignal(PostStop.class, signal -> releaseWaiting())
                .build();
    }

    private Behavior<Command> waitForLeader(Locate locate) {
        if (!isMine(locate.partition, locate.replyTo)) {
            return Behaviors.same();
        }
        if (waiting.size() >= environment.limits().waitingAsks()) {
            locate.replyTo.tell(unavailable());
        } else {
            waiting.add(locate);
        }
        return Behaviors.same();
    }

    private Behavior<Command> electionFailed(ElectionFailed failed) {
        Unavailable why = reason(failed.cause);
        LOG.warn("Partition {} cannot lead: {} {}", id, why.code, why.message);
        pauseBeforeNextElection(why);
        return Behaviors.same();
    }

    private void pauseBeforeNextElection(Unavailable why) {
        waiting.forEach(locate -> locate.replyTo.tell(why));
        waiting.clear();
        timers.startSingleTimer(Tick.ELECT, pause);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    private Behavior<Command> recover(Elected elected) {
        String persistenceId = PersistentPartition.persistenceId(id).id();
        LedPartitions.of(context.getSystem().classicSystem())
                .enter(
                        persistenceId,
                        new LedPartitions.Led(
                                elected.leadership,
                                environment.files(),
                                elected.replica.directory(),
                                environment.io()));
        ActorRef<PersistentPartition.Answer> answers =
                context.messageAdapter(PersistentPartition.Answer.class, FromChild::new);
        ActorRef<PersistentPartition.AppendAll> child = context.spawnAnonymous(
                PersistentPartition.create(id, elected.leadership, environment.limits(), answers));
        context.watchWith(child, Tick.CHILD_STOPPED);
        return recovering(elected, child);
    }

    private Behavior<Command> recovering(Elected elected, ActorRef<PersistentPartition.AppendAll> child) {
        return Behaviors.receive(Command.class)
                .onMessage(Locate.class, this::waitForLeader)
                .onMessage(Append.class, append -> refuse(append, unavailable()))
                .onMessage(FromChild.class, answer -> lead(elected, child))
                .onMessageEquals(Tick.CHILD_STOPPED, () -> recoveryFailed(elected))
                .onMessage(Stop.class, stop -> Behaviors.stopped())
                .onSignal(PostStop.class, signal -> leave(elected))
                .build();
    }

    private Behavior<Command> recoveryFailed(Elected elected) {
        pause = PAUSE_AFTER_FAILED_RECOVERY;
        return electAgain(
                elected,
                new Unavailable(
                        ErrorCode.IO_FAILED,
                        "Partition " + id
                                + " could not replay its log: see the node's log for the file and the reason."));
    }

    private Behavior<Command> lead(Elected elected, ActorRef<PersistentPartition.AppendAll> child) {
        pause = FIRST_PAUSE;
        timers.startTimerWithFixedDelay(Tick.CHECKPOINT, CHECKPOINT_EVERY);
        waiting.forEach(locate -> locate.replyTo.tell(new Leads(context.getSelf(), elected.leadership.epoch())));
        waiting.clear();
        return leading(elected, new Gate(elected.settings, environment, child));
    }

    private Behavior<Command> leading(Elected elected, Gate gate) {
        return Behaviors.receive(Command.class)
                .onMessage(Append.class, append -> {
                    if (append.partition.equals(id)) {
                        gate.arrive(append);
                        return Behaviors.same();
                    }
                    return refuse(append, misdirected());
                })
                .onMessage(FromChild.class, answer -> {
                    gate.stored((PersistentPartition.Stored) answer.answer);
                    return Behaviors.same();
                })
                .onMessage(Locate.class, locate -> {
                    if (isMine(locate.partition, locate.replyTo)) {
                        locate.replyTo.tell(new Leads(context.getSelf(), elected.leadership.epoch()));
                    }
                    return Behaviors.same();
                })
                .onMessageEquals(Tick.CHECKPOINT, () -> checkpoint(elected))
                .onMessageEquals(Tick.CHILD_STOPPED, () -> {
                    gate.fail();
                    return electAgain(elected, unavailable());
                })
                .onMessage(Tick.class, tick -> Behaviors.same())
                .onMessage(Stop.class, stop -> Behaviors.stopped())
                .onSignal(PostStop.class, signal -> {
                    gate.fail();
                    return leave(elected);
                })
                .build();
    }

    private Behavior<Command> checkpoint(Elected elected) {
        context.pipeToSelf(
                CompletableFuture.runAsync(elected.replica::checkpoint, environment.io()),
                (done, failure) -> Tick.CHECKPOINTED);
        return Behaviors.same();
    }

    private Behavior<Command> electAgain(Elected elected, Unavailable why) {
        LOG.warn("Partition {} lost epoch {} and elects again", id, elected.leadership.epoch());
        timers.cancel(Tick.CHECKPOINT);
        leave(elected);
        pauseBeforeNextElection(why);
        return electing();
    }

    private Behavior<Command> leave(Elected elected) {
        LedPartitions.of(context.getSystem().classicSystem())
                .leave(PersistentPartition.persistenceId(id).id(), elected.leadership);
        return releaseWaiting();
    }

    private Behavior<Command> releaseWaiting() {
        waiting.forEach(locate -> locate.replyTo.tell(unavailable()));
        waiting.clear();
        return Behaviors.same();
    }

    private Behavior<Command> refuse(Append append, Unavailable why) {
        append.replyTo.tell(new Refused(why.code, why.message));
        return Behaviors.same();
    }

    private boolean isMine(PartitionId asked, ActorRef<Located> replyTo) {
        if (!asked.equals(id)) {
            replyTo.tell(misdirected());
            return false;
        }
        return true;
    }

    private Unavailable misdirected() {
        return new Unavailable(
                ErrorCode.PARTITION_UNAVAILABLE, "The request went to partition " + id + " by mistake: ask again.");
    }

    private Unavailable unavailable() {
        return new Unavailable(ErrorCode.PARTITION_UNAVAILABLE, "Partition " + id + " is being elected: ask again.");
    }

    private Unavailable reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TailraceException known) {
            return new Unavailable(known.code(), String.valueOf(known.getMessage()));
        }
        LOG.error("Partition {} cannot lead", id, cause);
        return new Unavailable(ErrorCode.IO_FAILED, "Partition " + id + " cannot be opened: " + cause);
    }

    /** The time to stamp batches with, by the topic's setting. */
    static long appendTime(PartitionSettings settings, PartitionEnvironment environment) {
        return settings.timestampType() == TimestampType.LOG_APPEND_TIME
                ? environment.clock().millis()
                : -1;
    }
}
