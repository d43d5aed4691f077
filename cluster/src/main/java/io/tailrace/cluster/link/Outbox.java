package io.tailrace.cluster.link;

import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent in one lane, in its order, bounded in bytes. Anybody puts in; the one session there is takes out, several
 * frames at a time where they are small: one write for each heartbeat of a thousand replicas would cost more than the bytes.
 */
final class Outbox {
    /** Small frames are put together up to this. */
    private static final int WRITE_BYTES = 256 << 10;

    private final int maxBytes;
    private final LinkCounters counters;
    private final Queue<Entry> waiting = new ArrayDeque<>();
    private long waitingBytes;

    private record Entry(ByteString frame, @Nullable Runnable onTaken) {}

    Outbox(int maxBytes, LinkCounters counters) {
        this.maxBytes = maxBytes;
        this.counters = counters;
    }

    /**
     * Puts a frame behind those that wait.
     *
     * @param onTaken called when it is handed to the network, or dropped later on; not if this returns false
     * @return false if there is no room; a frame that is alone is always taken
     */
    synchronized boolean offer(ByteString frame, @Nullable Runnable onTaken) {
        if (!waiting.isEmpty() && waitingBytes + frame.size() > maxBytes) {
            return false;
        }
        waiting.add(new Entry(frame, onTaken));
        waitingBytes += frame.size();
        return true;
    }

    /** The next bytes to write, whole frames of at most so many bytes; the first may be larger if it may go alone. */
    @Nullable
    ByteString take(long room, boolean firstAlone) {
        ByteString bytes = null;
        while (true) {
            Entry entry;
            synchronized (this) {
                entry = waiting.peek();
                boolean fits = entry != null
                        && (bytes == null
                                ? entry.frame.size() <= room || firstAlone
                                : bytes.size() + (long) entry.frame.size() <= Math.min(room, WRITE_BYTES));
                if (entry == null || !fits) {
                    return bytes;
                }
                waiting.remove();
                waitingBytes -= entry.frame.size();
            }
            counters.sent(entry.frame.size());
            bytes = bytes == null ? entry.frame : bytes.concat(entry.frame);
            if (entry.onTaken != null) {
                entry.onTaken.run();
            }
        }
    }

    /** Drops everything; how many frames that was. */
    int clear() {
        Queue<Entry> dropped;
        synchronized (this) {
            dropped = new ArrayDeque<>(waiting);
            waiting.clear();
            waitingBytes = 0;
        }
        for (Entry entry : dropped) {
            if (entry.onTaken != null) {
                entry.onTaken.run();
            }
        }
        return dropped.size();
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Bytes that wait. */
    synchronized long bytes() {
        return waitingBytes;
    }
}
