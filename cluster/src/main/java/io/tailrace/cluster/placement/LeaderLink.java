package io.tailrace.cluster.placement;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;

/**
 * The way from this node to one partition's leader: asks the region who leads, once, and then sends batches straight there, in
 * the order they came. An answer that says the leader is another, or no answer, makes it ask again.
 */
final class LeaderLink implements PartitionLeader {
    /** More than this waiting for the first answer means that nobody leads: the sender has to pause. */
    private static final int MAX_WAITING = 1024;

    /**
     * A question to a region may get lost on its way to a node that is no more, and may be asked twice; so it is, soon at first, since
     * that happens just when the leader has gone, then every second.
     */
    private static final Duration LOCATE_AGAIN_FIRST = Duration.ofMillis(200);

    private static final Duration LOCATE_AGAIN_LAST = Duration.ofSeconds(1);

    /** A new voter copies the log first, however long that is. */
    private static final Duration CHANGE_TIMEOUT = Duration.ofHours(6);

    /** The stages that an ask returns run what follows them on a thread of its own by default, see {@link LeaderAsks}. */
    private static final Executor ON_THE_ANSWERING_THREAD = Runnable::run;

    private final ActorSystem<?> system;
    private final ActorRef<PartitionEnvelope> region;
    private final PartitionId partition;
    private final Function<PartitionId, CompletionStage<PlacementGroup>> groups;
    private final Duration locateTimeout;
    private final Duration appendTimeout;
    private final ActorRef<LeaderWatch.Command> watch;
    private final LeaderAsks asks;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private Partition.@Nullable Leads leader;
    private boolean locating;
    private volatile boolean closed;

    private record Waiting(RecordBatch batch, CompletableFuture<Appended> answer) {}

    LeaderLink(
            ActorSystem<?> system,
            ActorRef<PartitionEnvelope> region,
            PartitionId partition,
            Function<PartitionId, CompletionStage<PlacementGroup>> groups,
            ActorRef<LeaderWatch.Command> watch,
            Duration locateTimeout,
            Duration appendTimeout) {
        this.system = system;
        this.watch = watch;
        this.asks = new LeaderAsks(system);
        this.region = region;
        this.partition = partition;
        this.groups = groups;
        this.locateTimeout = locateTimeout;
        this.appendTimeout = appendTimeout;
    }

    /** Sends a batch; see {@link Partitions#append}. */
    synchronized CompletionStage<Appended> append(RecordBatch batch) {
        Partition.Leads known = leader;
        if (known != null) {
            return send(known.leader(), batch);
        }
        if (waiting.size() >= MAX_WAITING) {
            return CompletableFuture.failedStage(new TailraceException(
                    ErrorCode.PARTITION_UNAVAILABLE, "Nobody leads partition " + partition + " yet: send again."));
        }
        CompletableFuture<Appended> answer = new CompletableFuture<>();
        waiting.add(new Waiting(batch, answer));
        if (!locating) {
            locating = true;
            locate().whenComplete(this::located);
        }
        return answer;
    }

    /** Makes sure that somebody leads, which also opens the replica there. */
    CompletionStage<Partition.Leads> locate() {
        if (closed) {
            return CompletableFuture.failedStage(
                    new TailraceException(ErrorCode.CLOSED, "The node is closing: start it again."));
        }
        long deadline = System.nanoTime() + locateTimeout.toNanos();
        return groups.apply(partition).thenCompose(group -> locate(group, deadline, LOCATE_AGAIN_FIRST));
    }

    private CompletionStage<Partition.Leads> locate(PlacementGroup group, long deadline, Duration patience) {
        long left = deadline - System.nanoTime();
        Duration attempt = left < patience.toNanos() ? Duration.ofNanos(Math.max(1, left)) : patience;
        Duration doubled = patience.multipliedBy(2);
        Duration next = doubled.compareTo(LOCATE_AGAIN_LAST) < 0 ? doubled : LOCATE_AGAIN_LAST;
        return AskPattern.<PartitionEnvelope, Partition.Located>ask(
                        region,
                        replyTo -> new PartitionEnvelope(partition, group, new Partition.Locate(partition, replyTo)),
                        attempt,
                        system.scheduler())
                .handleAsync(
                        (located, failure) -> {
                            if (located instanceof Partition.Leads leads) {
                                return CompletableFuture.completedStage(leads);
                            }
                            if (located instanceof Partition.Unavailable unavailable) {
                                return CompletableFuture.<Partition.Leads>failedStage(
                                        new TailraceException(unavailable.code(), unavailable.message()));
                            }
                            if (failure instanceof TimeoutException && !closed && deadline - System.nanoTime() > 0) {
                                return locate(group, deadline, next);
                            }
                            return CompletableFuture.<Partition.Leads>failedStage(new TailraceException(
                                    ErrorCode.PARTITION_UNAVAILABLE,
                                    "Nobody said within " + locateTimeout.toMillis() + " ms who leads partition "
                                            + partition + ": ask again.",
                                    failure));
                        },
                        ON_THE_ANSWERING_THREAD)
                .thenCompose(stage -> stage);
    }

    private void located(Partition.@Nullable Leads found, @Nullable Throwable failure) {
        Queue<Waiting> failed = new ArrayDeque<>();
        synchronized (this) {
            locating = false;
            leader = found;
            if (found == null) {
                failed.addAll(waiting);
            } else {
                watch.tell(new LeaderWatch.Watch(found.leader(), this));
                // Under the lock, so that nothing that comes later can overtake what waited.
                waiting.forEach(one -> send(found.leader(), one.batch).whenComplete((stored, error) -> {
                    if (error == null) {
                        one.answer.complete(stored);
                    } else {
                        one.answer.completeExceptionally(error);
                    }
                }));
            }
            waiting.clear();
        }
        Throwable why =
                failure == null ? new IllegalStateException("no leader and no reason") : Failures.cause(failure);
        failed.forEach(one -> one.answer.completeExceptionally(why));
    }

    private CompletionStage<Appended> send(ActorRef<Partition.Command> to, RecordBatch batch) {
        TailraceException refusal = RemoteBatch.refusal(system, to, batch);
        if (refusal != null) {
            return CompletableFuture.failedStage(refusal);
        }
        CompletableFuture<Appended> answer = new CompletableFuture<>();
        asks.<Partition.AppendReply>ask(to, replyTo -> new Partition.Append(partition, batch, replyTo), appendTimeout)
                .whenComplete((reply, failure) -> {
                    if (reply instanceof Partition.Appended stored) {
                        answer.complete(new Appended(stored.baseOffset(), stored.appendTimeMillis()));
                    } else {
                        answer.completeExceptionally(refusal(to, reply, failure));
                    }
                });
        return answer;
    }

    /** Moves the start of the log; see {@link Partitions#deleteRecords}. Asked twice it does the same, so its order is free. */
    CompletionStage<OffsetRange> deleteRecords(long beforeOffset) {
        return leader().thenCompose(found -> deleteRecords(found.leader(), beforeOffset));
    }

    @Override
    public CompletionStage<OffsetRange> offsets() {
        return leader().thenCompose(found -> listOffsets(found.leader()));
    }

    @Override
    public CompletionStage<String> node() {
        return leader().thenApply(Partition.Leads::nodeId);
    }

    private CompletionStage<Partition.Leads> leader() {
        Partition.Leads known = known();
        if (known != null) {
            return CompletableFuture.completedStage(known);
        }
        return locate().thenApply(this::learn);
    }

    private synchronized Partition.@Nullable Leads known() {
        return leader;
    }

    private synchronized Partition.Leads learn(Partition.Leads found) {
        // Batches that wait are sent before any that come once it is known.
        if (!locating) {
            leader = found;
            watch.tell(new LeaderWatch.Watch(found.leader(), this));
        }
        return found;
    }

    private CompletionStage<OffsetRange> listOffsets(ActorRef<Partition.Command> to) {
        return asks.<Partition.OffsetsReply>ask(
                        to, replyTo -> new Partition.ListOffsets(partition, replyTo), locateTimeout)
                .handle((reply, failure) -> {
                    if (reply instanceof Partition.Offsets offsets) {
                        return new OffsetRange(offsets.startOffset(), offsets.endOffset());
                    }
                    throw notTold(to, reply instanceof Partition.Refused refused ? refused : null, failure);
                });
    }

    /** How the partition stands; see {@link Partitions#describe}. */
    CompletionStage<Partition.Description> describe() {
        return leader().thenCompose(found -> asks.<Partition.DescribeReply>ask(
                        found.leader(), replyTo -> new Partition.Describe(partition, replyTo), locateTimeout)
                .handle((reply, failure) -> {
                    if (reply instanceof Partition.Description description) {
                        return description;
                    }
                    throw notTold(found.leader(), reply instanceof Partition.Refused refused ? refused : null, failure);
                }));
    }

    /** Changes the voters where the leader is on that node, which is this one. */
    CompletionStage<Void> changeVoter(String here, ReplicaId replica, boolean votes) {
        return leader().thenCompose(found -> {
            if (!found.nodeId().equals(here)) {
                return CompletableFuture.failedStage(new TailraceException(
                        ErrorCode.PARTITION_UNAVAILABLE, "Partition " + partition + " is led on another node."));
            }
            return asks.<Partition.VoterReply>ask(
                            found.leader(),
                            replyTo -> new Partition.ChangeVoter(partition, replica, votes, replyTo),
                            CHANGE_TIMEOUT)
                    .handle((reply, failure) -> {
                        if (reply instanceof Partition.VoterChanged) {
                            return null;
                        }
                        throw reply instanceof Partition.Refused refused
                                ? refused(found.leader(), refused)
                                : unanswered(found.leader(), failure, "its voters may have changed.");
                    });
        });
    }

    private TailraceException notTold(
            ActorRef<Partition.Command> asked, Partition.@Nullable Refused refused, @Nullable Throwable failure) {
        if (refused != null && refused.code() != ErrorCode.FENCED) {
            return refused(asked, refused);
        }
        forget(asked);
        return new TailraceException(
                ErrorCode.PARTITION_UNAVAILABLE,
                "The leader of partition " + partition + " did not answer: ask again.",
                failure);
    }

    private CompletionStage<OffsetRange> deleteRecords(ActorRef<Partition.Command> to, long beforeOffset) {
        return asks.<Partition.DeleteReply>ask(
                        to, replyTo -> new Partition.DeleteRecords(partition, beforeOffset, replyTo), appendTimeout)
                .handle((reply, failure) -> {
                    if (reply instanceof Partition.Deleted deleted) {
                        return new OffsetRange(deleted.startOffset(), deleted.endOffset());
                    }
                    throw reply instanceof Partition.Refused refused
                            ? refused(to, refused)
                            : unanswered(to, failure, "the records may be deleted; ask again.");
                });
    }

    private TailraceException refusal(
            ActorRef<Partition.Command> asked, Partition.@Nullable AppendReply reply, @Nullable Throwable failure) {
        return reply instanceof Partition.Refused refused
                ? refused(asked, refused)
                : unanswered(asked, failure, "the records may be stored; send them again with the same sequence.");
    }

    private TailraceException refused(ActorRef<Partition.Command> asked, Partition.Refused refused) {
        switch (refused.code()) {
            // The last two: the actor there is about to stop, and nobody answers for it then.
            case PARTITION_UNAVAILABLE, FENCED, OUTCOME_UNKNOWN, UNKNOWN_TOPIC, UNKNOWN_PARTITION -> forget(asked);
            default -> {}
        }
        return new TailraceException(refused.code(), refused.message());
    }

    private TailraceException unanswered(
            ActorRef<Partition.Command> asked, @Nullable Throwable failure, String whatMayBe) {
        forget(asked);
        String what = failure instanceof TimeoutException
                ? "No answer within " + appendTimeout.toMillis() + " ms from partition " + partition
                : "The way to partition " + partition + " broke";
        return new TailraceException(ErrorCode.OUTCOME_UNKNOWN, what + ": " + whatMayBe, failure);
    }

    /** Asks nobody any more. */
    void close() {
        closed = true;
    }

    @Override
    public synchronized void forgetAt(String nodeId) {
        if (leader != null && leader.nodeId().equals(nodeId)) {
            leader = null;
        }
    }

    /** The leader has gone: what it has not answered is unknown. */
    void gone(ActorRef<Partition.Command> leader) {
        forget(leader);
        asks.gone(leader);
    }

    private synchronized void forget(ActorRef<Partition.Command> asked) {
        if (leader != null && asked.equals(leader.leader())) {
            leader = null;
        }
    }
}
