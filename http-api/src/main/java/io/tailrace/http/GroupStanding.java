package io.tailrace.http;

import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.streams.ConsumerRecord;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How far a group has read each of its partitions, and how much is left. What cannot be known in time is left open. */
final class GroupStanding {
    private static final Duration FOR_ONE = Duration.ofSeconds(3);
    private static final Duration FOR_ALL = Duration.ofSeconds(15);

    private final PartitionQuestions questions;

    GroupStanding(PartitionQuestions questions) {
        this.questions = questions;
    }

    /**
     * One partition.
     *
     * @param owner the id of the member that has it, {@code null} if nobody does
     * @param range where it begins and ends, {@code null} if nobody can say so at the moment
     * @param lag how many offsets are still to be read; {@code null} if nothing is committed, or the end is not known
     * @param nextTimestamp of the next record to read, {@code null} if there is none, or it is not known
     */
    record Standing(
            TopicPartitionId partition,
            @Nullable CommittedOffset committed,
            @Nullable String owner,
            @Nullable OffsetRange range,
            @Nullable Long lag,
            @Nullable Long nextTimestamp) {}

    /** Where the group goes on: what is committed may be gone meanwhile. */
    private static long next(CommittedOffset committed, OffsetRange range) {
        return Math.max(committed.offset(), range.startOffset());
    }

    /**
     * All partitions of which the group has committed something, or somebody has or is to have something, by topic and number.
     *
     * @param topics only those, or all if there are none
     */
    CompletionStage<List<Standing>> of(GroupDescription group, Collection<String> topics) {
        NavigableSet<TopicPartitionId> partitions = new TreeSet<>(TopicPartitionId.ORDER);
        Map<TopicPartitionId, String> owners = new HashMap<>();
        partitions.addAll(group.offsets().keySet());
        for (GroupDescription.Member member : group.members()) {
            partitions.addAll(member.target());
            partitions.addAll(member.owned());
            member.owned().forEach(partition -> owners.put(partition, member.memberId()));
        }
        if (!topics.isEmpty()) {
            Set<String> wanted = Set.copyOf(topics);
            partitions.removeIf(partition -> !wanted.contains(partition.topic()));
        }
        GroupSelection.requireFew(partitions);
        long deadline = System.nanoTime() + FOR_ALL.toNanos();
        return questions.each(
                partitions,
                partition -> standing(partition, group.offsets().get(partition), owners.get(partition), deadline));
    }

    private CompletionStage<Standing> standing(
            TopicPartitionId partition, @Nullable CommittedOffset committed, @Nullable String owner, long deadline) {
        return within(deadline, () -> questions.range(partition.id())).thenCompose(found -> {
            OffsetRange range = found.orElse(null);
            if (range == null || committed == null) {
                return Bodies.done(new Standing(partition, committed, owner, range, null, null));
            }
            long from = next(committed, range);
            if (from >= range.endOffset()) {
                return Bodies.done(new Standing(partition, committed, owner, range, 0L, null));
            }
            return within(deadline, () -> questions.firstRecord(partition, from, range.endOffset(), FOR_ONE))
                    .thenApply(answer -> {
                        Long next = answer.flatMap(first -> first.map(ConsumerRecord::timestamp))
                                .orElse(null);
                        // Where there are only entries of the log's own, such as a new leader's, nothing is left.
                        boolean isNothing = answer.isPresent() && next == null;
                        long lag = isNothing ? 0 : range.endOffset() - from;
                        return new Standing(partition, committed, owner, range, lag, next);
                    });
        });
    }

    /** Empty if it fails, or there is no time left. */
    private static <T> CompletionStage<Optional<T>> within(long deadline, Supplier<CompletionStage<T>> question) {
        long left = Math.min(FOR_ONE.toNanos(), deadline - System.nanoTime());
        if (left <= 0) {
            return Bodies.done(Optional.empty());
        }
        CompletableFuture<Optional<T>> answer =
                question.get().thenApply(Optional::of).toCompletableFuture();
        return answer.completeOnTimeout(Optional.empty(), left, TimeUnit.NANOSECONDS)
                .exceptionally(failure -> Optional.empty());
    }
}
