package io.tailrace.streams;

import io.tailrace.streams.ConsumerMessage.Committable;
import java.util.IdentityHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects offsets into a batch. Neighbours are mostly of one partition, so a record costs a comparison and two assignments. Not
 * thread-safe.
 */
final class OffsetCollector {
    private static final class Highest {
        private EmittedOffset offset;

        Highest(EmittedOffset offset) {
            this.offset = offset;
        }
    }

    private final Consumer<GroupSession> onPartition;
    private final IdentityHashMap<OwnedPartition, Highest> all = new IdentityHashMap<>();
    private @Nullable OwnedPartition lastOwned;
    private @Nullable Highest last;
    private long size;

    /** Calls {@code onPartition} for each partition that comes to be in a batch. */
    OffsetCollector(Consumer<GroupSession> onPartition) {
        this.onPartition = onPartition;
    }

    /** Takes that in; whether a partition waits for the batch to be committed, so that it can be given back. */
    boolean add(Committable committable) {
        if (committable instanceof EmittedOffset offset) {
            size++;
            return add(offset);
        }
        OffsetBatch batch = (OffsetBatch) committable;
        size += batch.batchSize();
        boolean due = false;
        for (EmittedOffset offset : batch.offsets()) {
            due |= add(offset);
        }
        return due;
    }

    private boolean add(EmittedOffset offset) {
        OwnedPartition owned = offset.owned();
        Highest highest = owned == lastOwned ? last : null;
        if (highest == null) {
            highest = all.get(owned);
            if (highest == null) {
                highest = new Highest(offset);
                all.put(owned, highest);
                onPartition.accept(owned.session());
            }
            lastOwned = owned;
            last = highest;
        }
        if (offset.position() > highest.offset.position()) {
            highest.offset = offset;
        }
        return offset.position() >= owned.drainTo();
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** How many records have been taken in. */
    long size() {
        return size;
    }

    /** What has been collected, which is then collected anew. */
    OffsetBatch take() {
        OffsetBatch batch = new OffsetBatch(
                all.values().stream().map(highest -> highest.offset).toList(), size);
        all.clear();
        lastOwned = null;
        last = null;
        size = 0;
        return batch;
    }
}
