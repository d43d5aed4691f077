package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.journal.LedPartitions;
import io.tailrace.engine.journal.SnapshotFiles;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.Leadership;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.util.List;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * A partition: the sharded actor that owns a log while it leads. Here is what it understands and answers; what it does is
 * {@link PartitionActor}.
 */
public final class Partition {
    /** What a partition understands. */
    public sealed interface Command {}

    /** What it answers, be it with {@link Refused}. */
    sealed interface Request extends Command {
        /** Whom it is meant for: the region may have sent it to another. */
        PartitionId partition();

        /** Who is to be answered. */
        ActorRef<? super Refused> replyTo();
    }

    /** Who leads? Answered when somebody does. */
    public record Locate(PartitionId partition, ActorRef<Located> replyTo) implements Command {}

    /** Append this batch; its bytes must stay as they are until the answer. */
    public record Append(PartitionId partition, RecordBatch batch, ActorRef<AppendReply> replyTo) implements Request {}

    /**
     * Let the log begin at that offset. At or below its present start nothing moves.
     *
     * @param beforeOffset the new start, at most the high watermark; {@link #EVERYTHING} for that
     */
    public record DeleteRecords(PartitionId partition, long beforeOffset, ActorRef<DeleteReply> replyTo)
            implements Request {
        /** As an offset: all records there are. */
        public static final long EVERYTHING = -1;
    }

    /**
     * Where does the log begin, and up to where is it committed? Answered when a quorum has confirmed that this leads still, so that
     * somebody may act on it (log-safety rule 6).
     */
    public record ListOffsets(PartitionId partition, ActorRef<OffsetsReply> replyTo) implements Request {}

    /** Who leads, and how do the replicas stand? Answered by who leads, when a quorum has confirmed that it does still. */
    public record Describe(PartitionId partition, ActorRef<DescribeReply> replyTo) implements Request {}

    /**
     * Let that replica vote, or no longer: see {@link Leadership#changeVoter}. Answered when that is committed; a new voter is brought up
     * first, which takes as long as copying the log does. From a node to itself only.
     */
    public record ChangeVoter(PartitionId partition, ReplicaId replica, boolean votes, ActorRef<VoterReply> replyTo)
            implements Request {}

    /** Stop, since the node stops or the partition moves. */
    public enum Stop implements Command {
        INSTANCE
    }

    record Elected(PartitionSettings settings, Replica replica, Leadership leadership, SnapshotFiles snapshots)
            implements Command {}

    record ElectionFailed(Throwable cause, boolean othersMayLead) implements Command {}

    record FromChild(PersistentPartition.Answer answer) implements Command {}

    record FromArrivals(Leading leading, Arrivals.Admitted done) implements Command {}

    record FromMover(Leading leading, StartMover.Event event) implements Command {}

    record FromVoterMover(Leading leading, VoterMover.Event event) implements Command {}

    /** One of the two is {@code null}. */
    record SettingsHeard(
            @Nullable PartitionSettings settings, @Nullable Throwable failure) implements Command {}

    enum Tick implements Command {
        ELECT,
        RECOVER,
        SECOND,
        RETENTION,
        LEAVE
    }

    /** Answer to {@link Locate}. */
    public sealed interface Located {}

    /**
     * This actor leads.
     *
     * @param nodeId of the node that it leads on
     */
    public record Leads(ActorRef<Command> leader, int epoch, String nodeId) implements Located {}

    /** Nobody leads, for this reason. */
    public record Unavailable(ErrorCode code, String message) implements Located {
        static Unavailable of(TailraceException why) {
            return new Unavailable(why.code(), String.valueOf(why.getMessage()));
        }

        Refused refused() {
            return new Refused(code, message);
        }
    }

    /** Answer to {@link Append}. */
    public sealed interface AppendReply {}

    /**
     * It is stored.
     *
     * @param baseOffset of its first record; -1 for an old duplicate
     * @param appendTimeMillis that the partition set, or -1
     */
    public record Appended(long baseOffset, long appendTimeMillis) implements AppendReply {}

    /** Answer to {@link DeleteRecords}. */
    public sealed interface DeleteReply {}

    /**
     * The log begins where it was to begin, or later.
     *
     * @param startOffset of the first record that is still there
     * @param endOffset the high watermark
     */
    public record Deleted(long startOffset, long endOffset) implements DeleteReply {}

    /** Answer to {@link ListOffsets}. */
    public sealed interface OffsetsReply {}

    /**
     * What is committed.
     *
     * @param startOffset of the first record that is there
     * @param endOffset the high watermark
     */
    public record Offsets(long startOffset, long endOffset) implements OffsetsReply {}

    /** Answer to {@link ChangeVoter}. */
    public sealed interface VoterReply {}

    /** It is committed. */
    public record VoterChanged(ReplicaId replica, boolean votes) implements VoterReply {}

    /** Answer to {@link Describe}. */
    public sealed interface DescribeReply {}

    /**
     * How the partition stands.
     *
     * @param nodeId of the leader
     * @param endOffset of the log on the leader's disk; the high watermark is at most that
     * @param replicas the leader's included
     */
    public record Description(
            String nodeId, int epoch, long startOffset, long highWatermark, long endOffset, List<ReplicaState> replicas)
            implements DescribeReply {
        /** Takes a copy of the list. */
        public Description {
            replicas = List.copyOf(replicas);
        }
    }

    /**
     * One replica, as the leader knows it.
     *
     * @param endOffset up to where the log is on its disk
     * @param voter whether it votes; else it is a learner
     * @param live whether the leader is it, or has heard it lately
     */
    public record ReplicaState(String nodeId, long endOffset, boolean voter, boolean live) {}

    /** It is not done, or with OUTCOME_UNKNOWN may be. */
    public record Refused(ErrorCode code, String message)
            implements AppendReply, DeleteReply, OffsetsReply, DescribeReply, VoterReply {}

    private Partition() {}

    /** The behaviour of one partition. */
    public static Behavior<Command> create(PartitionId id, PartitionEnvironment environment) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new PartitionActor(context, timers, id, environment).elect()));
    }

    /** Whether the partition is led by an actor of that system. A replica whose actor has moved away is leader, but of nobody, until it is voted out. */
    public static boolean isLedIn(ActorSystem system, PartitionId id) {
        return LedPartitions.of(system)
                .leads(PersistentPartition.persistenceId(id).id());
    }
}
