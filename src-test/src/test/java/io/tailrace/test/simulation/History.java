package io.tailrace.test.simulation;

import io.tailrace.test.simulation.Values.Placed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients did and saw, for the checker. */
public final class History {
    /** One batch of one producer: its values, and how it ended. */
    public static final class Send {
        public final String producer;
        public final List<String> values;
        public Outcome outcome = Outcome.UNKNOWN;
        /** Where its first value is, or -1. */
        public long baseOffset = -1;

        public Send(String producer, List<String> values) {
            this.producer = producer;
            this.values = values;
        }
    }

    public enum Outcome {
        /** Acknowledged. */
        OK,
        /** Certainly not stored. */
        FAIL,
        /** Nobody knows. */
        UNKNOWN
    }

    /**
     * One read: everything from an offset on, up to another.
     *
     * @param reader who read
     * @param from where it began
     * @param next where the reader goes on
     * @param seen what there was
     */
    public record Poll(String reader, long from, long next, List<Placed> seen) {}

    /** An answer to "how far is everything that was acknowledged?", and what had been acknowledged when it was asked. */
    public record CheckedEnd(long acknowledgedBefore, long answer) {}

    public final List<Send> sends = new ArrayList<>();
    public final List<Poll> polls = new ArrayList<>();
    public final List<CheckedEnd> ends = new ArrayList<>();
    /** Everything, read at the end. */
    public List<Placed> finalRead = List.of();

    /** What was committed, if compaction has taken some of it away; else {@code null}. */
    public @Nullable CommittedRecords committed;

    private long acknowledgedEnd;
    private long tokens;
    /** Up to where somebody wanted records deleted, whatever has become of it. */
    private long deletedBelow;

    void acknowledged(Send send, long baseOffset) {
        send.outcome = Outcome.OK;
        send.baseOffset = baseOffset;
        if (baseOffset >= 0) {
            acknowledgedEnd = Math.max(acknowledgedEnd, baseOffset + send.values.size());
        }
    }

    void checked(long acknowledgedBefore, long answer) {
        ends.add(new CheckedEnd(acknowledgedBefore, answer));
        // A later answer may not be smaller.
        acknowledgedEnd = Math.max(acknowledgedEnd, answer);
    }

    /** Somebody wants the records below that offset deleted. */
    void deleting(long offset) {
        deletedBelow = Math.max(deletedBelow, offset);
    }

    /** Below it values may be gone. */
    long deletedBelow() {
        return deletedBelow;
    }

    /** The offset after the last value that was acknowledged or confirmed. */
    long acknowledgedEnd() {
        return acknowledgedEnd;
    }

    long nextToken() {
        return ++tokens;
    }
}
