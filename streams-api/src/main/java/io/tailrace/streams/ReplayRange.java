package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.PartitionStart.AtOffset;
import io.tailrace.streams.PartitionStart.AtTime;
import io.tailrace.streams.PartitionStart.ByReset;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which records {@link Consumer#replaySource} reads again. Immutable; without further words all there are. Of each partition it reads from one
 * offset up to another, which are settled when the source starts; a time stands for the offset of the first record that is not older. So
 * where timestamps do not rise with the offsets, records that are older than the beginning may come along behind it.
 */
public final class ReplayRange {
    private static final long EVERYTHING = Long.MAX_VALUE;

    private final List<String> topics;
    private final Set<TopicPartition> partitions;
    private final Map<TopicPartition, Long> fromOffsets;
    private final Map<TopicPartition, Long> untilOffsets;
    private final @Nullable Instant fromTime;
    private final @Nullable Instant untilTime;

    private ReplayRange(
            List<String> topics,
            Set<TopicPartition> partitions,
            Map<TopicPartition, Long> fromOffsets,
            Map<TopicPartition, Long> untilOffsets,
            @Nullable Instant fromTime,
            @Nullable Instant untilTime) {
        this.topics = topics;
        this.partitions = partitions;
        this.fromOffsets = checked(fromOffsets);
        this.untilOffsets = checked(untilOffsets);
        this.fromTime = fromTime;
        this.untilTime = untilTime;
    }

    private static Map<TopicPartition, Long> checked(Map<TopicPartition, Long> offsets) {
        offsets.forEach((partition, offset) -> {
            if (offset < 0) {
                throw new TailraceException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Offsets are numbered from 0: " + partition + " has no " + offset + ".");
            }
        });
        return Map.copyOf(offsets);
    }

    /** All partitions that these topics have when the source starts. */
    public static ReplayRange ofTopics(String... topics) {
        return of(List.of(topics), Set.of());
    }

    /** These partitions. */
    public static ReplayRange ofPartitions(TopicPartition... partitions) {
        return of(List.of(), new LinkedHashSet<>(List.of(partitions)));
    }

    /** That partition from one offset up to another, which is not read. */
    public static ReplayRange ofOffsets(TopicPartition partition, long from, long until) {
        return ofPartitions(partition).fromOffsets(Map.of(partition, from)).untilOffsets(Map.of(partition, until));
    }

    private static ReplayRange of(List<String> topics, Set<TopicPartition> partitions) {
        if (topics.isEmpty() && partitions.isEmpty()) {
            throw new TailraceException(ErrorCode.INVALID_ARGUMENT, "A replay needs a topic or a partition: name one.");
        }
        return new ReplayRange(topics, Collections.unmodifiableSet(partitions), Map.of(), Map.of(), null, null);
    }

    /**
     * Begins at these offsets; a partition that is not named begins as it would have. An offset that is not there any more, or not yet, fails the
     * source with OFFSET_OUT_OF_RANGE.
     */
    public ReplayRange fromOffsets(Map<TopicPartition, Long> offsets) {
        return new ReplayRange(topics, partitions, offsets, untilOffsets, fromTime, untilTime);
    }

    /** Begins at the first record that is not older than that; a partition that has none is not read. */
    public ReplayRange from(Instant time) {
        return new ReplayRange(topics, partitions, fromOffsets, untilOffsets, time, untilTime);
    }

    /** Ends before these offsets, or where a partition ends when the source starts, if that is less. */
    public ReplayRange untilOffsets(Map<TopicPartition, Long> offsets) {
        return new ReplayRange(topics, partitions, fromOffsets, offsets, fromTime, untilTime);
    }

    /** Ends before the first record that is not older than that. */
    public ReplayRange until(Instant time) {
        return new ReplayRange(topics, partitions, fromOffsets, untilOffsets, fromTime, time);
    }

    List<String> topics() {
        return topics;
    }

    Set<TopicPartition> partitions() {
        return partitions;
    }

    PartitionStart start(TopicPartition partition) {
        Long offset = fromOffsets.get(partition);
        if (offset != null) {
            return new AtOffset(offset);
        }
        return fromTime == null ? new ByReset() : new AtTime(fromTime.toEpochMilli());
    }

    /** The first offset that is not read; {@link Long#MAX_VALUE} if only the time and the partition's end say. */
    long untilOffset(TopicPartition partition) {
        return untilOffsets.getOrDefault(partition, EVERYTHING);
    }

    /** In milliseconds since 1970, {@code null} if there is none. */
    @Nullable
    Long untilTimeMillis() {
        return untilTime == null ? null : untilTime.toEpochMilli();
    }

    @Override
    public String toString() {
        return "ReplayRange[topics=" + topics + ", partitions=" + partitions + ", fromOffsets=" + fromOffsets
                + ", untilOffsets=" + untilOffsets + ", fromTime=" + fromTime + ", untilTime=" + untilTime + "]";
    }
}
