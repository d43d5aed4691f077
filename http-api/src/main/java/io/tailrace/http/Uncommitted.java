package io.tailrace.http;

import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import io.tailrace.streams.TopicPartition;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records that a consumer has been sent and has not committed yet. There is room for so many, then no more is sent. Safe for use by many
 * threads.
 */
final class Uncommitted {
    private final int most;
    private final Map<TopicPartition, ArrayDeque<CommittableOffset>> sent = new HashMap<>();
    /** Of each partition the last that was taken. */
    private final Map<TopicPartition, CommittableOffset> taken = new HashMap<>();

    private int size;
    private boolean enough;
    private Runnable onRoom = () -> {};

    Uncommitted(int most) {
        this.most = most;
    }

    /** Calls that, on any thread, when there is room again. */
    synchronized void onRoom(Runnable listener) {
        onRoom = listener;
    }

    synchronized boolean hasRoom() {
        return !enough && size < most;
    }

    /** From now on there is no room, whatever is committed. */
    synchronized void enough() {
        enough = true;
    }

    synchronized boolean isEmpty() {
        return size == 0;
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
     * Of each of these partitions the last record below the offset that was sent, taken already or now; of those before it none has to be held any
     * more. A partition of which there is no such record is not in the map.
     *
     * @param offsets of the next record to read
     */
    Map<TopicPartition, CommittableOffset> take(Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, CommittableOffset> found = new HashMap<>();
        Runnable listener;
        synchronized (this) {
            boolean hadRoom = hasRoom();
            offsets.forEach((partition, next) -> {
                CommittableOffset last = takeBelow(partition, next);
                if (last != null) {
                    found.put(partition, last);
                }
            });
            listener = !hadRoom && hasRoom() ? onRoom : () -> {};
        }
        listener.run();
        return found;
    }

    private @Nullable CommittableOffset takeBelow(TopicPartition partition, long next) {
        ArrayDeque<CommittableOffset> offsets = sent.getOrDefault(partition, new ArrayDeque<>());
        while (!offsets.isEmpty() && place(offsets.element()) < next) {
            taken.put(partition, offsets.remove());
            size--;
        }
        return taken.get(partition);
    }

    private static long place(CommittableOffset offset) {
        return offset.partitionOffset().offset();
    }
}
