package io.tailrace.streams;

import io.tailrace.streams.ConsumerMessage.Committable;
import io.tailrace.streams.ConsumerMessage.CommittableOffsetBatch;
import io.tailrace.streams.ConsumerMessage.GroupTopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Of each partition the highest offset. A partition that was dealt out twice is there twice, for its commits are told apart. */
final class OffsetBatch implements CommittableOffsetBatch {
    static final OffsetBatch EMPTY = new OffsetBatch(List.of(), 0);

    private final List<EmittedOffset> offsets;
    private final long batchSize;

    /** Of offsets no two of which are of the same partition. */
    OffsetBatch(Collection<EmittedOffset> offsets, long batchSize) {
        this.offsets = List.copyOf(offsets);
        this.batchSize = batchSize;
    }

    List<EmittedOffset> offsets() {
        return offsets;
    }

    @Override
    public OffsetBatch updated(Committable committable) {
        OffsetCollector collector = new OffsetCollector(session -> {});
        collector.add(this);
        collector.add(committable);
        return collector.take();
    }

    @Override
    public Map<GroupTopicPartition, Long> getOffsets() {
        Map<GroupTopicPartition, Long> result = new LinkedHashMap<>();
        offsets.forEach(offset -> result.merge(offset.owned().key(), offset.position() - 1, Math::max));
        return result;
    }

    @Override
    public boolean isEmpty() {
        return offsets.isEmpty();
    }

    @Override
    public long batchSize() {
        return batchSize;
    }

    /** Commits them; see {@link GroupSession#commit}. */
    CompletionStage<Done> commit() {
        if (offsets.isEmpty()) {
            return CompletableFuture.completedStage(Done.getInstance());
        }
        GroupSession first = offsets.get(0).owned().session();
        if (offsets.stream().allMatch(offset -> offset.owned().session() == first)) {
            return first.commit(offsets);
        }
        Map<GroupSession, List<EmittedOffset>> bySession = new HashMap<>();
        offsets.forEach(offset -> bySession
                .computeIfAbsent(offset.owned().session(), session -> new ArrayList<>())
                .add(offset));
        CompletionStage<Done> all = CompletableFuture.completedStage(Done.getInstance());
        for (Map.Entry<GroupSession, List<EmittedOffset>> entry : bySession.entrySet()) {
            all = all.thenCombine(entry.getKey().commit(entry.getValue()), (done, one) -> done);
        }
        return all;
    }

    @Override
    public String toString() {
        return "CommittableOffsetBatch(" + batchSize + " records, " + offsets + ")";
    }
}
