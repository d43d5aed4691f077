package io.tailrace.http;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Committer;
import io.tailrace.streams.CommitterSettings;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerMessage;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import io.tailrace.streams.ConsumerMessage.CommittableOffsetBatch;
import io.tailrace.streams.TopicPartition;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * A member of a group that reads over HTTP: what it has been sent, and the one committer of it. That lives as long as the stream does, so
 * a partition that is to go to another member waits for what was sent to be committed.
 */
final class GroupConsumer {
    /** Commits that may be unanswered at a time; one more is refused. */
    private static final int MAX_COMMITS = 64;

    private final Consumer.Control control;
    private final Uncommitted uncommitted;
    private final BoundedSourceQueue<CommittableOffsetBatch> commits;
    /** Those unanswered, in order. */
    private final ArrayDeque<CompletableFuture<Done>> waiting = new ArrayDeque<>();

    private volatile Runnable onCommit = () -> {};

    GroupConsumer(Tailrace tailrace, Consumer.Control control, Uncommitted uncommitted) {
        this.control = control;
        this.uncommitted = uncommitted;
        // Each is committed at once: who sends many sends them together.
        CommitterSettings settings =
                CommitterSettings.create(tailrace).withMaxBatch(1).withParallelism(MAX_COMMITS);
        var running = Source.<CommittableOffsetBatch>queue(2 * MAX_COMMITS)
                .via(Committer.batchFlow(settings))
                .toMat(Sink.foreach(batch -> committed()), Keep.both())
                .run(tailrace.system());
        this.commits = running.first();
        running.second().whenComplete((done, failure) -> ended(failure));
    }

    /**
     * Commits what was sent below these offsets, durably before the answer; what is committed already stays so.
     *
     * @param offsets of the next record to read
     * @return those of which nothing could be committed, since another member has the partition by now or nothing of it was sent; fails with
     *     LIMIT_EXCEEDED, or as {@link Committer} does
     */
    CompletionStage<Map<TopicPartition, Long>> commit(Map<TopicPartition, Long> offsets) {
        CompletableFuture<Done> answer = new CompletableFuture<>();
        Map<TopicPartition, CommittableOffset> found;
        synchronized (this) {
            if (waiting.size() >= MAX_COMMITS) {
                throw new TailraceException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "There are " + MAX_COMMITS + " commits of this consumer unanswered: wait for one of them.");
            }
            found = uncommitted.take(offsets);
            if (found.isEmpty()) {
                return Bodies.done(offsets);
            }
            // What an earlier commit has taken comes again: its answer is that of this one too.
            if (commits.offer(ConsumerMessage.createCommittableOffsetBatch(List.copyOf(found.values())))
                    != QueueOfferResult.enqueued()) {
                throw over();
            }
            waiting.add(answer);
        }
        return answer.thenApply(done -> refused(offsets, found));
    }

    private static Map<TopicPartition, Long> refused(
            Map<TopicPartition, Long> offsets, Map<TopicPartition, CommittableOffset> found) {
        Map<TopicPartition, Long> refused = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            CommittableOffset last = found.get(partition);
            if (last == null || !last.isCommitted()) {
                refused.put(partition, offset);
            }
        });
        return refused;
    }

    /** Calls that after each commit, on any thread. */
    void onCommit(Runnable listener) {
        onCommit = listener;
    }

    private void committed() {
        CompletableFuture<Done> answer;
        synchronized (this) {
            answer = waiting.remove();
        }
        answer.complete(Done.getInstance());
        onCommit.run();
    }

    private void ended(@Nullable Throwable failure) {
        ArrayDeque<CompletableFuture<Done>> left;
        synchronized (this) {
            left = new ArrayDeque<>(waiting);
            waiting.clear();
        }
        left.forEach(answer -> answer.completeExceptionally(failure == null ? over() : failure));
    }

    private static TailraceException over() {
        return new TailraceException(
                ErrorCode.CLOSED, "This consumer has ended: what it has not committed is read again by its group.");
    }

    /** Leaves the group at once: what is not committed is for others. Complete when it has left. */
    CompletionStage<Done> end() {
        commits.complete();
        return control.drainAndShutdown(Bodies.done(Done.getInstance()), Runnable::run);
    }
}
