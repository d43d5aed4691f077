package io.tailrace.streams;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The partitions that are read, which take turns: a chunk each, in the order in which their chunks came. */
final class PartitionTurns<K, V> {
    private final List<PartitionReading<K, V>> all = new ArrayList<>();
    /** Those with a chunk ahead, in the order of their turns. */
    private final ArrayDeque<PartitionReading<K, V>> ready = new ArrayDeque<>();

    private @Nullable PartitionReading<K, V> current;

    void add(PartitionReading<K, V> reading) {
        all.add(reading);
    }

    void remove(PartitionReading<K, V> reading) {
        all.remove(reading);
        withdraw(reading);
        if (current == reading) {
            current = null;
        }
    }

    void ready(PartitionReading<K, V> reading) {
        if (!reading.isHeld() && !reading.isQueued()) {
            reading.queued(true);
            ready.add(reading);
        }
    }

    private void withdraw(PartitionReading<K, V> reading) {
        if (reading.isQueued()) {
            reading.queued(false);
            ready.remove(reading);
        }
    }

    /** Has no turn while it is held; afterwards it goes on where it was. */
    void hold(PartitionReading<K, V> reading, boolean held) {
        if (reading.isHeld() == held) {
            return;
        }
        reading.held(held);
        if (!held) {
            readyAgain(reading);
            return;
        }
        withdraw(reading);
        if (current == reading) {
            current = null;
        }
    }

    private void readyAgain(PartitionReading<K, V> reading) {
        if (reading.isMidChunk() || reading.hasAhead()) {
            ready(reading);
        }
    }

    int count() {
        return all.size();
    }

    /** Whose turn it is, {@code null} between two turns. */
    @Nullable
    PartitionReading<K, V> current() {
        return current;
    }

    /** Begins the next turn, if anybody has a chunk, and has chunks fetched for whoever has none. */
    @Nullable
    PartitionReading<K, V> next() {
        PartitionReading<K, V> reading = ready.poll();
        if (reading != null) {
            reading.queued(false);
            if (!reading.isMidChunk()) {
                reading.advance();
            }
        }
        current = reading;
        // All of them, so that one that was located late gets its turn too. By index: nobody comes or goes meanwhile.
        for (int i = 0; i < all.size(); i++) {
            all.get(i).fetchIfIdle();
        }
        return reading;
    }

    /** The turn is over. */
    void end() {
        PartitionReading<K, V> reading = current;
        current = null;
        if (reading != null) {
            // It may have gone on in the middle of a chunk, and the next one was there already.
            readyAgain(reading);
        }
    }

    boolean allDone() {
        return all.stream().allMatch(PartitionReading::isDone);
    }

    void close() {
        all.forEach(PartitionReading::close);
    }
}
