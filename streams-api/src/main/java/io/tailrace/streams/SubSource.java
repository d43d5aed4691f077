package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One partition's own source, between the stage that emits it and the stream that it runs in, which may be another actor. It runs once; if its
 * stream wants no more of it though the partition is still here, it is emitted anew. Safe for use by many threads.
 */
final class SubSource implements GroupAssignment.Share {
    /** The stage that emits the sources. */
    interface Host {
        /** Runs that on its thread. Callable from any thread. */
        void enqueue(Runnable event);

        /** The stream wants no more of it, and it was not told to end. */
        void emitAnew(SubSource source);

        /** It cannot go on. */
        void failed(Throwable error);
    }

    private final Host host;
    private final OwnedPartition owned;
    private final PartitionStart start;
    private boolean started;
    private boolean ended;
    private long emittedTo;
    private @Nullable LongConsumer asker;
    /** Ends the stream that it runs in; {@code null} while it does not. */
    private @Nullable Runnable endRunning;

    /** Of a partition of which what lies below {@code emittedTo} was emitted before. */
    SubSource(Host host, OwnedPartition owned, PartitionStart start, long emittedTo) {
        this.host = host;
        this.owned = owned;
        this.start = start;
        this.emittedTo = emittedTo;
    }

    OwnedPartition owned() {
        return owned;
    }

    /** What goes on where this one has ended. */
    synchronized SubSource next() {
        return new SubSource(host, owned, emittedTo == 0 ? start : new PartitionStart.AtOffset(emittedTo), emittedTo);
    }

    PartitionStart from() {
        return start;
    }

    synchronized long emittedTo() {
        return emittedTo;
    }

    /**
     * Its stream starts.
     *
     * @param end ends that stream; called on any thread
     * @return false if it has ended already
     * @throws TailraceException INVALID_ARGUMENT if it has been started before
     */
    synchronized boolean start(Runnable end) {
        if (started) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The source of " + owned.key().topicPartition()
                            + " runs already: a partition's source can be run once.");
        }
        started = true;
        endRunning = end;
        return !ended;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    @Override
    public void end(LongConsumer answer) {
        Runnable stop;
        synchronized (this) {
            stop = ended ? null : endRunning;
            ended = true;
            if (stop != null) {
                asker = answer;
            }
        }
        if (stop == null) {
            answer.accept(emittedTo());
        } else {
            stop.run();
        }
    }

    /** Its stream has ended; {@code failure} is {@code null} if nothing went wrong with reading. */
    void ended(long upTo, @Nullable Throwable failure) {
        LongConsumer waiting;
        boolean unasked;
        synchronized (this) {
            emittedTo = upTo;
            waiting = asker;
            asker = null;
            unasked = !ended;
            ended = true;
            endRunning = null;
        }
        if (waiting != null) {
            host.enqueue(() -> waiting.accept(upTo));
        } else if (failure != null) {
            host.enqueue(() -> host.failed(failure));
        } else if (unasked) {
            host.enqueue(() -> host.emitAnew(this));
        }
    }
}
