package io.tailrace.streams;

import io.tailrace.streams.ConsumerMessage.Committable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Of each partition the offset that came by last, which is passed on when the next one does. Not thread-safe. */
final class DeferredOffsets {
    private final Consumer<GroupSession> onPartition;
    private final Map<PartitionTerm, EmittedOffset> last = new HashMap<>();

    /** Calls {@code onPartition} for each partition of which something comes by for the first time. */
    DeferredOffsets(Consumer<GroupSession> onPartition) {
        this.onPartition = onPartition;
    }

    /** Passes on to the collector what came by before; whether a partition waits for that to be committed. */
    boolean add(Committable committable, OffsetCollector collector) {
        if (committable instanceof EmittedOffset offset) {
            return add(offset, collector);
        }
        boolean due = false;
        for (EmittedOffset offset : ((OffsetBatch) committable).offsets()) {
            due |= add(offset, collector);
        }
        return due;
    }

    private boolean add(EmittedOffset offset, OffsetCollector collector) {
        PartitionTerm term = offset.owned().term();
        EmittedOffset before = last.get(term);
        if (before == null) {
            // Once for each partition: those that are gone are not kept.
            last.keySet().removeIf(PartitionTerm::isLost);
            onPartition.accept(term.session());
        } else if (before.owned() == offset.owned() && before.position() >= offset.position()) {
            return false;
        }
        last.put(term, offset);
        return before != null && collector.add(before);
    }

    /** Passes on all: nothing comes by any more. */
    void flush(OffsetCollector collector) {
        last.values().forEach(collector::add);
        last.clear();
    }
}
