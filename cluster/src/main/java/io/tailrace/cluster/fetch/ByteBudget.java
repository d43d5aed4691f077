package io.tailrace.cluster.fetch;

import java.util.ArrayDeque;
import java.util.Queue;

/** So many bytes may be on their way at a time; who wants more waits for its turn. */
final class ByteBudget {
    private final long limit;
    private final Queue<Claim> waiting = new ArrayDeque<>();
    private long taken;

    private record Claim(long bytes, Runnable whenGranted) {}

    ByteBudget(long limit) {
        this.limit = limit;
    }

    /** Runs it when there is room for that many bytes, at once if there is; what is larger than everything may go alone. */
    void claim(long bytes, Runnable whenGranted) {
        synchronized (this) {
            if (!waiting.isEmpty() || !fits(bytes)) {
                waiting.add(new Claim(bytes, whenGranted));
                return;
            }
            taken += bytes;
        }
        whenGranted.run();
    }

    private boolean fits(long bytes) {
        return taken == 0 || taken + bytes <= limit;
    }

    /** Gives back what was claimed. */
    void release(long bytes) {
        synchronized (this) {
            taken -= bytes;
        }
        for (Claim next = next(); next != null; next = next()) {
            next.whenGranted.run();
        }
    }

    private synchronized @org.jspecify.annotations.Nullable Claim next() {
        Claim first = waiting.peek();
        if (first == null || !fits(first.bytes)) {
            return null;
        }
        waiting.remove();
        taken += first.bytes;
        return first;
    }
}
