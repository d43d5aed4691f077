package io.tailrace.http;

import com.fasterxml.jackson.core.JsonParser;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where a group is to go on reading, and what comes of it for each partition. Nothing is changed by it. */
final class GroupReset {
    private final GroupSelection selection = new GroupSelection();
    private @Nullable ResetTarget to;
    private boolean execute;

    /**
     * What comes of it for a partition.
     *
     * @param before what is committed, {@code null} if nothing is
     * @param after what is to be
     * @param clamped whether what was asked for is not there, and the nearest offset that is was taken
     */
    record Change(TopicPartitionId partition, @Nullable Long before, long after, OffsetRange range, boolean clamped) {}

    private GroupReset() {}

    /** Reads the body of a request. */
    static GroupReset of(byte[] body, InstantSource clock) {
        GroupReset reset = new GroupReset();
        ObjectReader.readBody(body, (field, value) -> reset.read(field, value, clock));
        if (reset.to == null) {
            throw Json.malformed("The field 'to' is missing: say where the group is to go on.");
        }
        if (reset.selection.isEmpty()) {
            throw Json.malformed(
                    "Which partitions is not said: give 'topics', 'partitions', or 'all_topics' for all that the group has committed.");
        }
        return reset;
    }

    private boolean read(String field, JsonParser value, InstantSource clock) throws IOException {
        switch (field) {
            case "to" -> to = ResetTarget.read(value, clock);
            case "execute" -> execute = ObjectReader.flag(value, field);
            default -> {
                return selection.read(field, value);
            }
        }
        return true;
    }

    /** Whether it is to be done, and not only shown. */
    boolean execute() {
        return execute;
    }

    GroupSelection selection() {
        return selection;
    }

    /** What comes of it; fails as the partitions do. */
    CompletionStage<List<Change>> changes(
            GroupDescription group, Collection<TopicPartitionId> partitions, PartitionQuestions questions) {
        Map<PartitionId, Long> committed = new HashMap<>();
        group.offsets().forEach((partition, offset) -> committed.put(partition.id(), offset.offset()));
        return questions.each(partitions, partition -> change(partition, committed.get(partition.id()), questions));
    }

    private CompletionStage<Change> change(
            TopicPartitionId partition, @Nullable Long before, PartitionQuestions questions) {
        return questions.range(partition.id()).thenCompose(range -> wished(partition, before, range, questions)
                .thenApply(wished -> {
                    long after = Math.max(range.startOffset(), Math.min(range.endOffset(), wished));
                    return new Change(partition, before, after, range, after != wished);
                }));
    }

    private CompletionStage<Long> wished(
            TopicPartitionId partition, @Nullable Long before, OffsetRange range, PartitionQuestions questions) {
        if (to instanceof ResetTarget.AtTime at) {
            return questions
                    .offsetForTime(partition.id(), at.millis())
                    .thenApply(found -> found.orElse(range.endOffset()));
        }
        if (to instanceof ResetTarget.ShiftedBy shift) {
            return Bodies.done(shifted(partition, before, shift.records()));
        }
        if (to instanceof ResetTarget.AtOffset at) {
            return Bodies.done(at.offset());
        }
        return Bodies.done(to instanceof ResetTarget.Latest ? range.endOffset() : range.startOffset());
    }

    private static long shifted(TopicPartitionId partition, @Nullable Long before, long records) {
        if (before == null) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Nothing is committed of partition " + partition.id().partition() + " of " + partition.topic()
                            + " that could be shifted: leave it out, or give an offset.");
        }
        // Beyond what a long can say there is no record either.
        return records > Long.MAX_VALUE - before ? Long.MAX_VALUE : before + records;
    }
}
