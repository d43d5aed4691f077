package io.tailrace.http;

import io.tailrace.streams.ConsumerMessage;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import io.tailrace.streams.ConsumerMessage.CommittableOffsetBatch;
import io.tailrace.streams.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records that a consumer has been sent and has not committed yet. There is room for so many, then no more is sent. Safe for use by many
 * threads.
 */
final class Uncommitted {
    private final int most;
    private final Map<TopicPartition, ArrayDeque<CommittableOffset>> sent = new HashMap<>();
    private int size;
    private Runnable onRoom = () -> {};

    Uncommitted(int most) {
        this.most = most;
    }

    /** Calls that, on any thread, when there is room again. */
    synchronized void onRoom(Runnable listener) {
        onRoom = listener;
    }

    synchronized boolean hasRoom() {
        return size < most;
    }

    /** That one is on its way. */
    synchronized void add(CommittableOffset offset) {
        ArrayDeque<CommittableOffset> partition =
                sent.computeIfAbsent(offset.partitionOffset().key().topicPartition(), first -> new ArrayDeque<>());
        CommittableOffset last = partition.peekLast();
        if (last != null && place(last) >= place(offset)) {
            // It was with somebody else meanwhile, and comes again.
            size -= partition.size();
            partition.clear();
        }
        partition.add(offset);
        size++;
    }

    /**
     * All below these offsets, of each partition the last one; nothing of what was taken before.
     *
     * @param offsets of the next record to read
     */
    CommittableOffsetBatch take(Map<TopicPartition, Long> offsets) {
        List<CommittableOffset> taken = new ArrayList<>();
        Runnable listener;
        synchronized (this) {
            boolean hadRoom = hasRoom();
            offsets.forEach((partition, next) -> {
                CommittableOffset last = takeBelow(partition, next);
                if (last != null) {
                    taken.add(last);
                }
            });
            listener = !hadRoom && hasRoom() ? onRoom : () -> {};
        }
        listener.run();
        return ConsumerMessage.createCommittableOffsetBatch(taken);
    }

    private @Nullable CommittableOffset takeBelow(TopicPartition partition, long next) {
        ArrayDeque<CommittableOffset> offsets = sent.getOrDefault(partition, new ArrayDeque<>());
        CommittableOffset last = null;
        while (!offsets.isEmpty() && place(offsets.element()) < next) {
            last = offsets.remove();
            size--;
        }
        return last;
    }

    private static long place(CommittableOffset offset) {
        return offset.partitionOffset().offset();
    }
}
