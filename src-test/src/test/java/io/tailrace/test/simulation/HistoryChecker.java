package io.tailrace.test.simulation;

import io.tailrace.test.simulation.History.CheckedEnd;
import io.tailrace.test.simulation.History.Outcome;
import io.tailrace.test.simulation.History.Poll;
import io.tailrace.test.simulation.History.Send;
import io.tailrace.test.simulation.Values.Placed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether a history can be that of one log, as the Jepsen tests of such systems ask: values are unique, and every send ended as
 * stored, as certainly not stored, or unknown.
 */
public final class HistoryChecker {
    private final History history;
    private final List<String> problems = new ArrayList<>();
    private final NavigableMap<Long, String> valueAt = new TreeMap<>();
    private final Map<String, Long> offsetOf = new HashMap<>();

    private HistoryChecker(History history) {
        this.history = history;
    }

    /** What is wrong with it; empty if nothing is. */
    public static List<String> problemsOf(History history) {
        HistoryChecker checker = new HistoryChecker(history);
        checker.check();
        return checker.problems;
    }

    private void check() {
        history.finalRead.forEach(this::observe);
        history.polls.forEach(poll -> poll.seen().forEach(this::observe));
        history.sends.forEach(this::observeAcknowledged);
        checkSends();
        checkSendOrder();
        checkPolls();
        for (CheckedEnd end : history.ends) {
            if (end.answer() < end.acknowledgedBefore()) {
                problems.add("stale end: " + end.answer() + " was confirmed after " + end.acknowledgedBefore()
                        + " had been acknowledged");
            }
        }
    }

    private void observe(Placed placed) {
        String other = valueAt.putIfAbsent(placed.offset(), placed.value());
        if (other != null && !other.equals(placed.value())) {
            problems.add("inconsistent offset: " + placed.offset() + " has " + other + " and " + placed.value());
        }
        Long elsewhere = offsetOf.putIfAbsent(placed.value(), placed.offset());
        if (elsewhere != null && elsewhere != placed.offset()) {
            problems.add("duplicate: " + placed.value() + " at " + elsewhere + " and " + placed.offset());
        }
    }

    private void observeAcknowledged(Send send) {
        if (send.outcome == Outcome.OK && send.baseOffset >= 0) {
            for (int i = 0; i < send.values.size(); i++) {
                observe(new Placed(send.baseOffset + i, send.values.get(i)));
            }
        }
    }

    private void checkSends() {
        Set<String> inTheEnd = new HashSet<>();
        history.finalRead.forEach(placed -> inTheEnd.add(placed.value()));
        Set<String> read = new HashSet<>(inTheEnd);
        long furthest = -1;
        for (Poll poll : history.polls) {
            for (Placed placed : poll.seen()) {
                read.add(placed.value());
                furthest = Math.max(furthest, placed.offset());
            }
        }
        for (Send send : history.sends) {
            for (String value : send.values) {
                if (send.outcome == Outcome.OK
                        && !inTheEnd.contains(value)
                        && !mayBeDeleted(send, value)
                        && !mayBeCompacted(value)) {
                    boolean passed = !read.contains(value) && furthest >= send.baseOffset;
                    problems.add(
                            (passed ? "lost write: " : "unseen: ") + value + " was acknowledged at " + send.baseOffset);
                }
                if (send.outcome == Outcome.FAIL && read.contains(value)) {
                    problems.add("aborted read: " + value + " was refused");
                }
            }
        }
    }

    /** Of one that is only known to be a duplicate nobody knows where it was, unless it was read. */
    private boolean mayBeDeleted(Send send, String value) {
        long offset =
                send.baseOffset >= 0 ? send.baseOffset + send.values.indexOf(value) : offsetOf.getOrDefault(value, 0L);
        return offset < history.deletedBelow();
    }

    private boolean mayBeCompacted(String value) {
        CommittedRecords committed = history.committed;
        return committed != null && committed.mayBeGone(committed.offsetOf(value));
    }

    private void checkSendOrder() {
        Map<String, Long> last = new HashMap<>();
        for (Send send : history.sends) {
            // One that its producer had given up may still have been on its way when the next was stored.
            Long offset = offsetOf.get(send.values.get(0));
            if (offset != null && send.outcome == Outcome.OK) {
                Long before = last.put(send.producer, offset);
                if (before != null && before >= offset) {
                    problems.add("non-monotonic send: " + send.values + " at " + offset + " after " + before);
                }
            }
        }
    }

    private void checkPolls() {
        Map<String, Long> positions = new HashMap<>();
        for (Poll poll : history.polls) {
            long last = Math.max(positions.getOrDefault(poll.reader(), -1L), poll.from() - 1);
            Set<Long> seen = new HashSet<>();
            for (Placed placed : poll.seen()) {
                if (placed.offset() <= last) {
                    problems.add(
                            "non-monotonic poll: " + poll.reader() + " read " + placed.offset() + " after " + last);
                }
                last = placed.offset();
                seen.add(last);
            }
            for (long offset : valueAt.subMap(poll.from(), poll.next()).keySet()) {
                if (!seen.contains(offset) && !mayBeCompacted(valueAt.get(offset))) {
                    problems.add("poll skip: " + poll.reader() + " read from " + poll.from() + " to " + poll.next()
                            + " without " + offset);
                }
            }
            positions.put(poll.reader(), last);
        }
    }
}
