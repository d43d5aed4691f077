package io.tailrace.streams.runtime;

import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.Punctuator;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What is to be called as some time goes on. */
final class Punctuations {
    /** One that is scheduled, and for when. */
    private static final class Scheduled implements ProcessorContext.Cancellable {
        private final long interval;
        private final Punctuator punctuator;
        private long next;
        private boolean cancelled;

        Scheduled(long next, long interval, Punctuator punctuator) {
            this.next = next;
            this.interval = interval;
            this.punctuator = punctuator;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final PriorityQueue<Scheduled> queue =
            new PriorityQueue<>(Comparator.comparingLong((Scheduled scheduled) -> scheduled.next));
    private final java.util.function.LongUnaryOperator first;

    /** The first time of an interval is what the function makes of it. */
    Punctuations(java.util.function.LongUnaryOperator first) {
        this.first = first;
    }

    ProcessorContext.Cancellable schedule(Duration interval, Punctuator punctuator) {
        long millis = interval.toMillis();
        if (millis < 1) {
            throw new IllegalArgumentException("An interval is a millisecond at least, not " + interval + ".");
        }
        Scheduled scheduled = new Scheduled(first.applyAsLong(millis), millis, punctuator);
        queue.add(scheduled);
        return scheduled;
    }

    /** When the first of them is due; {@link Long#MAX_VALUE} if there is none. */
    long next() {
        Scheduled first = queue.peek();
        return first == null ? Long.MAX_VALUE : first.next;
    }

    /** Calls all that are due, each once however many of its times have passed. */
    boolean punctuate(long now) {
        boolean any = false;
        for (Scheduled due = queue.peek(); due != null && due.next <= now; due = queue.peek()) {
            queue.remove();
            if (due.cancelled) {
                continue;
            }
            any = true;
            due.punctuator.punctuate(now);
            due.next =
                    Math.max(due.next + due.interval, due.next + ((now - due.next) / due.interval + 1) * due.interval);
            if (!due.cancelled) {
                queue.add(due);
            }
        }
        return any;
    }
}
