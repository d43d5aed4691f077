package io.tailrace.http;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * Ends a consumer of a group when the group has committed all that was there at a moment, whoever read it, and the consumer all that it was sent: nothing of
 * that is read again. It looks after each commit that leaves nothing uncommitted, and once a second, since others commit too.
 */
final class UntilEnd {
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration FOR_ONE = Duration.ofSeconds(3);
    /** How often it looks whether the consumer has committed what it was sent last. Then it ends all the same. */
    private static final int MOST_LAST_LOOKS = 30;

    private final ServedNode node;
    private final PartitionQuestions questions;
    private final String group;
    /** Of each partition of which something may be left, where it ended. One look at a time has it. */
    private final Map<TopicPartitionId, Long> ends = new LinkedHashMap<>();

    private final AtomicInteger wanted = new AtomicInteger();
    private int lastLooks;

    private UntilEnd(ServedNode node, PartitionQuestions questions, String group) {
        this.node = node;
        this.questions = questions;
        this.group = group;
    }

    /** The ends that these topics have now. Fails as {@link PartitionQuestions#range}, or with REQUEST_TOO_LARGE. */
    static CompletionStage<UntilEnd> now(
            ServedNode node, PartitionQuestions questions, String group, List<Topic> topics) {
        List<TopicPartitionId> partitions = new ArrayList<>();
        topics.forEach(topic -> {
            for (int number = 0; number < topic.partitions(); number++) {
                partitions.add(new TopicPartitionId(topic.name(), topic.partition(number)));
            }
        });
        GroupSelection.requireFew(partitions);
        return questions
                .each(partitions, partition -> questions.range(partition.id()))
                .thenApply(ranges -> {
                    UntilEnd until = new UntilEnd(node, questions, group);
                    for (int i = 0; i < ranges.size(); i++) {
                        OffsetRange range = ranges.get(i);
                        if (range.endOffset() > range.startOffset()) {
                            until.ends.put(partitions.get(i), range.endOffset());
                        }
                    }
                    return until;
                });
    }

    /**
     * Looks until the consumer is over.
     *
     * @param end what ends it; may be called more than once
     */
    void watch(GroupConsumer consumer, Uncommitted uncommitted, CompletionStage<Done> over, Runnable end) {
        consumer.onCommit(() -> {
            if (uncommitted.isEmpty()) {
                look(uncommitted, end);
            }
        });
        ActorSystem<?> system = node.tailrace().system();
        Cancellable ticks = system.scheduler()
                .scheduleWithFixedDelay(Duration.ZERO, TICK, () -> look(uncommitted, end), system.executionContext());
        over.whenComplete((done, failure) -> ticks.cancel());
    }

    /** One look at a time; what asks for one meanwhile gets one behind it. */
    private void look(Uncommitted uncommitted, Runnable end) {
        if (wanted.getAndIncrement() == 0) {
            lookNow(uncommitted, end);
        }
    }

    private void lookNow(Uncommitted uncommitted, Runnable end) {
        int asked = wanted.get();
        isCommitted().whenComplete((is, failure) -> {
            // Who cannot be asked now is asked at the next tick.
            if (failure == null && is) {
                uncommitted.enough();
                lastLooks++;
                if (uncommitted.isEmpty() || lastLooks > MOST_LAST_LOOKS) {
                    end.run();
                }
            }
            if (!wanted.compareAndSet(asked, 0)) {
                lookNow(uncommitted, end);
            }
        });
    }

    private CompletionStage<Boolean> isCommitted() {
        if (ends.isEmpty()) {
            return Bodies.done(true);
        }
        return node.tailrace()
                .groups()
                .describe(group)
                .thenCompose(found ->
                        isCommitted(found.offsets(), List.copyOf(ends.keySet()).iterator()));
    }

    /** Up to the first partition of which something is left. */
    private CompletionStage<Boolean> isCommitted(
            Map<TopicPartitionId, CommittedOffset> offsets, Iterator<TopicPartitionId> partitions) {
        while (partitions.hasNext()) {
            TopicPartitionId partition = partitions.next();
            CommittedOffset committed = offsets.get(partition);
            long end = ends.getOrDefault(partition, 0L);
            if (committed == null || committed.offset() < end) {
                return isNothingLeft(partition, committed, end).thenCompose(nothing -> {
                    if (!nothing) {
                        return Bodies.done(false);
                    }
                    ends.remove(partition);
                    return isCommitted(offsets, partitions);
                });
            }
            ends.remove(partition);
        }
        return Bodies.done(true);
    }

    /** Behind what is committed there may be only entries of the log's own, or records that are gone. */
    private CompletionStage<Boolean> isNothingLeft(
            TopicPartitionId partition, @Nullable CommittedOffset committed, long end) {
        return questions
                .range(partition.id())
                .thenCompose(range -> {
                    long from = Math.max(committed == null ? 0 : committed.offset(), range.startOffset());
                    return from >= end
                            ? Bodies.done(true)
                            : questions
                                    .firstRecord(partition, from, end, FOR_ONE)
                                    .thenApply(Optional::isEmpty);
                })
                .exceptionally(failure -> isGone(Failures.named(failure).code()));
    }

    private static boolean isGone(ErrorCode code) {
        return code == ErrorCode.UNKNOWN_TOPIC || code == ErrorCode.UNKNOWN_PARTITION;
    }
}
