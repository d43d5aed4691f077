package io.tailrace.streams;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.group.Assigned;
import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.GroupListener;
import io.tailrace.cluster.group.GroupMembership;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * In the place of a membership, for partitions that the application has assigned itself: it is given them at once, nobody takes them away, and
 * what it commits is set in a group that must have no members, as Kafka has it for a consumer that does not subscribe. Two such consumers of
 * the same partition and group are not told of each other. Safe for use by many threads.
 */
final class ManualMembership implements GroupMembership {
    private final String memberId = UUID.randomUUID().toString();
    private final Tailrace tailrace;
    private final String group;
    private final GroupListener listener;
    /** Committed or about to be: what comes late does not set a partition back. */
    private final Map<PartitionId, Long> highest = new HashMap<>();
    /** What goes with the next commit: one is under way at a time. */
    private final Map<PartitionId, Long> waiting = new HashMap<>();

    private final List<CompletableFuture<Done>> unanswered = new ArrayList<>();
    private boolean underWay;
    private volatile boolean over;

    private ManualMembership(Tailrace tailrace, String group, GroupListener listener) {
        this.tailrace = tailrace;
        this.group = group;
        this.listener = listener;
    }

    /** Of these partitions; the listener hears of them, or why they cannot be had. */
    static ManualMembership of(
            Tailrace tailrace, String group, Set<TopicPartition> partitions, GroupListener listener) {
        ManualMembership membership = new ManualMembership(tailrace, group, listener);
        membership.begin(partitions);
        return membership;
    }

    private void begin(Set<TopicPartition> partitions) {
        Map<String, CompletableFuture<Topic>> topics = new HashMap<>();
        partitions.forEach(partition -> topics.computeIfAbsent(
                partition.topic(), name -> tailrace.topics().describe(name).toCompletableFuture()));
        CompletionStage<Void> all = CompletableFuture.allOf(topics.values().toArray(new CompletableFuture<?>[0]));
        all.thenCombine(committed(), (done, committed) -> {
                    List<Assigned> assigned = new ArrayList<>();
                    topics.forEach((name, topic) -> partitions.stream()
                            .filter(partition -> partition.topic().equals(name))
                            .map(partition -> id(topic.join(), partition))
                            .forEach(id -> assigned.add(new Assigned(id, 0, committed.get(id)))));
                    begunAt(assigned);
                    return assigned;
                })
                .whenComplete((assigned, failure) -> {
                    if (failure == null) {
                        listener.assigned(assigned);
                    } else {
                        listener.ended(Failures.named(failure));
                    }
                });
    }

    private synchronized void begunAt(List<Assigned> assigned) {
        for (Assigned each : assigned) {
            CommittedOffset committed = each.committed();
            if (committed != null) {
                highest.put(each.partition().id(), committed.offset());
            }
        }
    }

    private static TopicPartitionId id(Topic topic, TopicPartition partition) {
        if (partition.partition() >= topic.partitions()) {
            throw new TailraceException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "Topic '" + topic.name() + "' has " + topic.partitions() + " partitions, no partition "
                            + partition.partition() + ".");
        }
        return new TopicPartitionId(topic.name(), topic.partition(partition.partition()));
    }

    /** A group that is not there has committed nothing. */
    private CompletionStage<Map<TopicPartitionId, CommittedOffset>> committed() {
        return tailrace.groups().describe(group).handle((found, failure) -> {
            if (failure == null) {
                return found.offsets();
            }
            TailraceException why = Failures.named(failure);
            if (why.code() == ErrorCode.UNKNOWN_GROUP) {
                return Map.of();
            }
            throw why;
        });
    }

    @Override
    public String memberId() {
        return memberId;
    }

    @Override
    public CompletionStage<Done> commit(List<Commit> commits) {
        CompletableFuture<Done> answer = new CompletableFuture<>();
        synchronized (this) {
            for (Commit commit : commits) {
                if (commit.offset() > highest.getOrDefault(commit.partition(), -1L)) {
                    highest.put(commit.partition(), commit.offset());
                    waiting.put(commit.partition(), commit.offset());
                }
            }
            unanswered.add(answer);
        }
        send();
        return answer;
    }

    private void send() {
        Map<PartitionId, Long> offsets;
        List<CompletableFuture<Done>> answers;
        synchronized (this) {
            if (underWay || unanswered.isEmpty()) {
                return;
            }
            offsets = Map.copyOf(waiting);
            answers = List.copyOf(unanswered);
            waiting.clear();
            unanswered.clear();
            underWay = true;
        }
        CompletionStage<GroupDescription> stored;
        if (over) {
            stored = CompletableFuture.failedStage(
                    new TailraceException(ErrorCode.CLOSED, "The consumer has been closed: nothing is committed."));
        } else if (offsets.isEmpty()) {
            stored = CompletableFuture.completedStage(null);
        } else {
            stored = tailrace.groups().resetOffsets(group, offsets);
        }
        stored.whenComplete((done, failure) -> answered(offsets, answers, failure));
    }

    private void answered(
            Map<PartitionId, Long> offsets, List<CompletableFuture<Done>> answers, @Nullable Throwable failure) {
        synchronized (this) {
            underWay = false;
            if (failure != null) {
                // It goes with the next one, which whoever waits for this one sends.
                offsets.forEach((partition, offset) -> waiting.merge(partition, offset, Math::max));
            }
        }
        answers.forEach(answer -> {
            if (failure == null) {
                answer.complete(Done.getInstance());
            } else {
                answer.completeExceptionally(Failures.cause(failure));
            }
        });
        send();
    }

    @Override
    public void released(Set<PartitionId> partitions) {}

    @Override
    public CompletionStage<Done> leave() {
        over = true;
        return CompletableFuture.completedStage(Done.getInstance());
    }
}
