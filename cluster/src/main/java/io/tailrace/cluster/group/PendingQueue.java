package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** All that waits, bounded; and what is being stored. What arrives during one persist goes into the next as one. */
final class PendingQueue {
    /** What may wait. A refused one is said again. */
    static final long MAX_WAITING_BYTES = 32 << 20;
    /** What goes into one persist: so that one is not long. */
    private static final long MAX_LOT_BYTES = 4 << 20;

    private final Queue<Pending> waiting = new ArrayDeque<>();
    private List<Pending> underWay = List.of();
    private long waitingBytes;

    /** Whether there is room for one more of who can say it again. */
    boolean hasRoom() {
        return waitingBytes < MAX_WAITING_BYTES;
    }

    void add(Pending pending) {
        waiting.add(pending);
        waitingBytes += pending.weight();
    }

    /** The next lot, which is under way from now on; empty if one is under way, or nothing waits. */
    List<GroupOp> next() {
        if (!underWay.isEmpty() || waiting.isEmpty()) {
            return List.of();
        }
        List<Pending> lot = new ArrayList<>();
        long bytes = 0;
        while (!waiting.isEmpty() && bytes < MAX_LOT_BYTES) {
            Pending pending = waiting.remove();
            bytes += pending.weight();
            lot.add(pending);
        }
        waitingBytes -= bytes;
        underWay = lot;
        return lot.stream().map(Pending::op).toList();
    }

    /** What was under way is stored: who waits is to be told so. */
    List<Pending> stored() {
        List<Pending> done = underWay;
        underWay = List.of();
        return done;
    }

    /** Whoever stores is gone: what was under way may be stored or not, what waited is not. */
    void fail() {
        Outcome unknown = new Outcome.Refused(
                ErrorCode.OUTCOME_UNKNOWN,
                "The coordinator of the consumer groups lost its journal: whether this was done is not known; look, or try again.");
        List<Pending> lost = underWay;
        underWay = List.of();
        lost.forEach(pending -> pending.then().accept(unknown));
        refuse();
    }

    /** What waits is not done. */
    void refuse() {
        List<Pending> never = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        Outcome notDone = unavailable();
        never.forEach(pending -> pending.then().accept(notDone));
    }

    /** Whether a lot is being stored. */
    boolean isBusy() {
        return !underWay.isEmpty();
    }

    static Outcome.Refused unavailable() {
        return new Outcome.Refused(
                ErrorCode.COORDINATOR_UNAVAILABLE,
                "The coordinator of the consumer groups is starting, or has as much to do as it may: ask again.");
    }
}
