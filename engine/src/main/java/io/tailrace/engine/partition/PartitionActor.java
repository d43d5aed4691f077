package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.journal.LedPartitions;
import io.tailrace.engine.journal.SnapshotFiles;
import io.tailrace.engine.log.Recovery;
import io.tailrace.engine.partition.Partition.Append;
import io.tailrace.engine.partition.Partition.ChangeVoter;
import io.tailrace.engine.partition.Partition.Command;
import io.tailrace.engine.partition.Partition.DeleteRecords;
import io.tailrace.engine.partition.Partition.Describe;
import io.tailrace.engine.partition.Partition.Elected;
import io.tailrace.engine.partition.Partition.ElectionFailed;
import io.tailrace.engine.partition.Partition.FromArrivals;
import io.tailrace.engine.partition.Partition.FromChild;
import io.tailrace.engine.partition.Partition.FromMover;
import io.tailrace.engine.partition.Partition.FromVoterMover;
import io.tailrace.engine.partition.Partition.Leads;
import io.tailrace.engine.partition.Partition.ListOffsets;
import io.tailrace.engine.partition.Partition.Locate;
import io.tailrace.engine.partition.Partition.Located;
import io.tailrace.engine.partition.Partition.Refused;
import io.tailrace.engine.partition.Partition.Request;
import io.tailrace.engine.partition.Partition.SettingsHeard;
import io.tailrace.engine.partition.Partition.Stop;
import io.tailrace.engine.partition.Partition.Tick;
import io.tailrace.engine.partition.Partition.Unavailable;
import io.tailrace.engine.replication.Leadership;
import io.tailrace.engine.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link Partition} does. It has two lives, and what it has in the second is {@link Leading}.
 *
 * <ul>
 *   <li><b>electing</b>: learns its topic's settings, opens its replica, wins an epoch, commits the barrier, starts its
 *       persistent child over the log and lets it recover. Who asks for the leader waits, up to a bound; appends are
 *       refused as PARTITION_UNAVAILABLE. A failure is tried again after a pause that grows to {@link #LONGEST_PAUSE}.
 *   <li><b>leading</b>: the gate hands batches to the child. When the child stops, a persist has failed: what was under way
 *       ends as unknown, and it elects again; but if only the disk was full nothing was stored, and the epoch goes on with
 *       another child.
 * </ul>
 *
 * <p>In either life it stops when its topic is no more.
 */
final class PartitionActor {
    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** What could not be replayed will hardly be replayed a moment later. */
    private static final Duration PAUSE_AFTER_FAILED_RECOVERY = Duration.ofSeconds(30);
    /** So long whoever still sends to a partition that is no more hears why, instead of nothing. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final PartitionId id;
    private final PartitionEnvironment environment;
    private final List<Locate> waiting = new ArrayList<>();
    private final Candidacy candidacy = new Candidacy();
    private Duration pause = FIRST_PAUSE;

    PartitionActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PartitionId id,
            PartitionEnvironment environment) {
        this.context = context;
        this.timers = timers;
        this.id = id;
        this.environment = environment;
    }

    // --- electing --------------------------------------------------------------------------------------------

    Behavior<Command> elect() {
        CompletableFuture<PartitionSettings> settings =
                environment.settings().apply(id).toCompletableFuture();
        CompletionStage<Elected> election = settings.thenComposeAsync(this::lead, environment.io());
        context.pipeToSelf(
                election,
                (elected, failure) -> failure == null ? elected : new ElectionFailed(failure, othersMayLead(settings)));
        return electing();
    }

    private static boolean othersMayLead(CompletableFuture<PartitionSettings> settings) {
        return !settings.isCompletedExceptionally() && settings.join().replicas() > 1;
    }

    /** Opening blocks: on the I/O executor. */
    private CompletionStage<Elected> lead(PartitionSettings settings) {
        Replica replica = environment.replicas().open(id.text(), settings.log());
        report(replica.recovery());
        return replica.lead(candidacy.words(replica.isSoleVoter()))
                .thenApply(leadership -> new Elected(
                        settings,
                        replica,
                        leadership,
                        new SnapshotFiles(environment.files(), replica.directory(), leadership)));
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
                .onMessage(Request.class, asked -> refuse(asked, unavailable()))
                .onMessage(Elected.class, this::recover)
                .onMessage(ElectionFailed.class, this::electionFailed)
                .onMessageEquals(Tick.ELECT, this::elect)
                .onMessage(Stop.class, stop -> Behaviors.stopped())
                .onMessage(Command.class, late -> Behaviors.same())
                .onSignal(PostStop.class, signal -> releaseWaiting(unavailable()))
                .build();
    }

    private Behavior<Command> waitForLeader(Locate locate) {
        if (!isMine(locate.partition(), locate.replyTo())) {
            return Behaviors.same();
        }
        if (waiting.size() >= environment.limits().waitingAsks()) {
            locate.replyTo().tell(unavailable());
        } else {
            waiting.add(locate);
        }
        return Behaviors.same();
    }

    private Behavior<Command> electionFailed(ElectionFailed failed) {
        TailraceException why = Failures.named(failed.cause());
        if (isNoMore(why)) {
            return gone(why);
        }
        LOG.warn("Partition {} cannot lead: {} {}", id, why.code(), why.getMessage());
        candidacy.failed(why.code());
        boolean forOthers = failed.othersMayLead() && !why.code().retriable();
        pauseBefore(Tick.ELECT, forOthers ? notHere(why) : Unavailable.of(why));
        return Behaviors.same();
    }

    /** What keeps this replica from leading keeps nobody from asking again: another one is named to lead before long. */
    private Unavailable notHere(TailraceException why) {
        return new Unavailable(
                ErrorCode.PARTITION_UNAVAILABLE,
                "The replica of partition " + id + " on this node cannot lead (" + why.code()
                        + "), another one is to: ask again.");
    }

    private void pauseBefore(Tick next, Unavailable why) {
        releaseWaiting(why);
        timers.startSingleTimer(next, pause);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    private Behavior<Command> recover(Elected elected) {
        LedPartitions.of(context.getSystem().classicSystem())
                .enter(
                        PersistentPartition.persistenceId(id).id(),
                        new LedPartitions.Led(elected.leadership(), elected.snapshots(), environment.io()));
        ActorRef<PersistentPartition.Answer> answers =
                context.messageAdapter(PersistentPartition.Answer.class, FromChild::new);
        ActorRef<PersistentPartition.Command> child = context.spawnAnonymous(
                PersistentPartition.create(id, elected.leadership(), environment.limits(), answers));
        context.watch(child);
        return recovering(elected, child);
    }

    private Behavior<Command> recovering(Elected elected, ActorRef<PersistentPartition.Command> child) {
        return Behaviors.receive(Command.class)
                .onMessage(Locate.class, this::waitForLeader)
                .onMessage(Request.class, asked -> refuse(asked, unavailable()))
                .onMessage(
                        FromChild.class,
                        answer -> answer.answer() instanceof PersistentPartition.Recovered recovered
                                ? lead(elected, child, recovered.dataEndOffset())
                                : Behaviors.same())
                .onMessage(Stop.class, stop -> Behaviors.stopped())
                .onMessage(Command.class, late -> Behaviors.same())
                .onSignal(Terminated.class, ended -> recoveryFailed(elected, whyItEnded(ended)))
                .onSignal(PostStop.class, signal -> leave(elected.leadership()))
                .build();
    }

    private static TailraceException whyItEnded(Terminated ended) {
        return ended instanceof ChildFailed failed
                ? Failures.named(failed.getCause())
                : new TailraceException(ErrorCode.PARTITION_UNAVAILABLE, "The partition's journal stopped: ask again.");
    }

    // --- not recovered ---------------------------------------------------------------------------------------

    /** The epoch stays ours, so it is only replayed again: another election would write another barrier, for nothing. */
    private Behavior<Command> recoveryFailed(Elected elected, TailraceException why) {
        if (isNoMore(why) || why.code() == ErrorCode.FENCED) {
            return lost(elected, why);
        }
        LOG.error("Partition {} could not replay its log: {} {}", id, why.code(), why.getMessage());
        releaseWaiting(Unavailable.of(why));
        timers.startSingleTimer(Tick.RECOVER, PAUSE_AFTER_FAILED_RECOVERY);
        return unrecovered(elected, Unavailable.of(why));
    }

    /** Leads, but has no child just now: whoever asks hears why. */
    private Behavior<Command> unrecovered(Elected elected, Unavailable why) {
        return Behaviors.receive(Command.class)
                .onMessage(
                        Locate.class,
                        locate -> then(() -> {
                            if (isMine(locate.partition(), locate.replyTo())) {
                                locate.replyTo().tell(why);
                            }
                        }))
                .onMessage(Request.class, asked -> refuse(asked, why))
                .onMessageEquals(
                        Tick.RECOVER,
                        () -> then(
                                () -> context.pipeToSelf(environment.settings().apply(id), SettingsHeard::new)))
                .onMessage(SettingsHeard.class, heard -> {
                    TailraceException failure = heard.failure() == null ? null : Failures.named(heard.failure());
                    return failure != null && isNoMore(failure) ? lost(elected, failure) : recover(elected);
                })
                .onMessage(Stop.class, stop -> Behaviors.stopped())
                .onMessage(Command.class, late -> Behaviors.same())
                .onSignal(PostStop.class, signal -> leave(elected.leadership()))
                .build();
    }

    // --- leading ---------------------------------------------------------------------------------------------

    private Behavior<Command> lead(Elected elected, ActorRef<PersistentPartition.Command> child, long dataEndOffset) {
        Leading leading = new Leading(context, id, environment, elected, child, dataEndOffset);
        leading.startTimers(timers);
        waiting.forEach(locate -> locate.replyTo().tell(leads(elected)));
        waiting.clear();
        return leading(elected, leading, child);
    }

    private Leads leads(Elected elected) {
        return new Leads(
                context.getSelf(),
                elected.leadership().epoch(),
                elected.replica().self().nodeId());
    }

    private Behavior<Command> leading(Elected elected, Leading leading, ActorRef<PersistentPartition.Command> child) {
        return Behaviors.receive(Command.class)
                .onMessage(Request.class, asked -> !asked.partition().equals(id), asked -> refuse(asked, misdirected()))
                .onMessage(Append.class, append -> then(() -> leading.append(append)))
                .onMessage(
                        FromChild.class,
                        answer -> then(() -> {
                            pause = FIRST_PAUSE;
                            leading.hear(answer.answer());
                        }))
                .onMessage(
                        Locate.class,
                        locate -> then(() -> {
                            if (isMine(locate.partition(), locate.replyTo())) {
                                locate.replyTo().tell(leads(elected));
                            }
                        }))
                .onMessage(DeleteRecords.class, wanted -> then(() -> leading.delete(wanted)))
                .onMessage(ListOffsets.class, asked -> then(() -> leading.listOffsets(asked)))
                .onMessage(Describe.class, asked -> then(() -> leading.describe(asked)))
                .onMessage(ChangeVoter.class, wanted -> then(() -> leading.changeVoter(wanted)))
                .onMessage(
                        FromArrivals.class,
                        admitted -> admitted.leading() == leading
                                ? then(() -> leading.hear(admitted.done()))
                                : Behaviors.same())
                .onMessage(FromMover.class, moved -> heard(elected, leading, child, moved))
                .onMessage(
                        FromVoterMover.class,
                        moved ->
                                moved.leading() == leading ? then(() -> leading.hear(moved.event())) : Behaviors.same())
                .onMessage(SettingsHeard.class, heard -> heard(elected, leading, child, heard))
                .onMessageEquals(Tick.SECOND, () -> second(elected, leading, child))
                .onMessageEquals(Tick.RETENTION, () -> then(leading::checkRetention))
                .onMessage(Stop.class, stop -> Behaviors.stopped())
                .onMessage(Command.class, late -> Behaviors.same())
                .onSignal(Terminated.class, ended -> lost(elected, leading, whyItEnded(ended)))
                .onSignal(PostStop.class, signal -> {
                    leading.fail(unknown().refused(), unavailable().refused());
                    return leave(elected.leadership());
                })
                .build();
    }

    private static Behavior<Command> then(Runnable step) {
        step.run();
        return Behaviors.same();
    }

    private Behavior<Command> heard(
            Elected elected, Leading leading, ActorRef<PersistentPartition.Command> child, FromMover moved) {
        if (moved.leading() != leading) {
            return Behaviors.same();
        }
        if (moved.event() instanceof StartMover.NotMoved failed && failed.why().code() != ErrorCode.DISK_FULL) {
            // As with a failed persist: what is in the log is for the next epoch to find out.
            dismiss(child);
            return lost(elected, leading, failed.why());
        }
        leading.hear(moved.event());
        return Behaviors.same();
    }

    private Behavior<Command> heard(
            Elected elected, Leading leading, ActorRef<PersistentPartition.Command> child, SettingsHeard heard) {
        PartitionSettings settings = heard.settings();
        if (settings != null) {
            leading.follow(settings);
            return Behaviors.same();
        }
        TailraceException failure = Failures.named(Objects.requireNonNull(heard.failure()));
        if (isNoMore(failure)) {
            dismiss(child);
            return lost(elected, leading, failure);
        }
        leading.keepSettings();
        return Behaviors.same();
    }

    private Behavior<Command> second(Elected elected, Leading leading, ActorRef<PersistentPartition.Command> child) {
        TailraceException over = leading.whyOver();
        if (over != null) {
            dismiss(child);
            return lost(elected, leading, over);
        }
        leading.tick();
        return Behaviors.same();
    }

    private void dismiss(ActorRef<PersistentPartition.Command> child) {
        context.unwatch(child);
        context.stop(child);
    }

    // --- no longer leading -----------------------------------------------------------------------------------

    private Behavior<Command> lost(Elected elected, Leading leading, TailraceException why) {
        Leading.stopTimers(timers);
        if (isNoMore(why)) {
            Refused refused = Unavailable.of(why).refused();
            leading.fail(refused, refused);
        } else if (why.code() == ErrorCode.DISK_FULL) {
            // Nothing of it was stored and the epoch is still ours: all it takes is another child, and no room. How
            // often
            // is up to the pauses of those who send again.
            LOG.warn("Partition {}: {}", id, why.getMessage());
            leading.fail(Unavailable.of(why).refused(), unavailable().refused());
            return recover(elected);
        } else {
            leading.fail(unknown().refused(), unavailable().refused());
        }
        return lost(elected, why);
    }

    private Behavior<Command> lost(Elected elected, TailraceException why) {
        leave(elected.leadership());
        if (isNoMore(why)) {
            return gone(why);
        }
        LOG.warn(
                "Partition {} lost epoch {} and elects again: {} {}",
                id,
                elected.leadership().epoch(),
                why.code(),
                why.getMessage());
        candidacy.failed(why.code());
        pauseBefore(Tick.ELECT, unavailable());
        return electing();
    }

    private static boolean isNoMore(TailraceException why) {
        return why.code() == ErrorCode.UNKNOWN_TOPIC || why.code() == ErrorCode.UNKNOWN_PARTITION;
    }

    /** The topic has been deleted, or never was: everybody hears so for a while, then this stops. */
    private Behavior<Command> gone(TailraceException cause) {
        LOG.info("Partition {} is no more: {}", id, cause.getMessage());
        Unavailable why = Unavailable.of(cause);
        releaseWaiting(why);
        timers.cancelAll();
        timers.startSingleTimer(Tick.LEAVE, FAREWELL);
        return Behaviors.receive(Command.class)
                .onMessage(Locate.class, locate -> then(() -> locate.replyTo().tell(why)))
                .onMessage(Request.class, asked -> refuse(asked, why))
                .onMessageEquals(Tick.LEAVE, Behaviors::stopped)
                .onMessage(Stop.class, stop -> Behaviors.stopped())
                .onMessage(Command.class, late -> Behaviors.same())
                .build();
    }

    private Behavior<Command> leave(Leadership leadership) {
        LedPartitions.of(context.getSystem().classicSystem())
                .leave(PersistentPartition.persistenceId(id).id(), leadership);
        return releaseWaiting(unavailable());
    }

    private Behavior<Command> releaseWaiting(Unavailable why) {
        waiting.forEach(locate -> locate.replyTo().tell(why));
        waiting.clear();
        return Behaviors.same();
    }

    private static Behavior<Command> refuse(Request asked, Unavailable why) {
        asked.replyTo().tell(why.refused());
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

    private static Unavailable unknown() {
        return new Unavailable(
                ErrorCode.OUTCOME_UNKNOWN,
                "The write was under way when the leadership ended: send it again with the same sequence.");
    }
}
