package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One partition's own source, between the stage that emits it and the stream that it runs in, which may be another actor. It runs once; if its
 * stream wants no more of it though the partition is still here, it is emitted anew. Safe for use by many threads.
 */
final class SubSource implements PartitionShare {
    /** The stage that emits the sources. */
    interface Host {
        /** Runs that on its thread. Callable from any thread. */
        void enqueue(Runnable event);

        /** The stream wants no more of it, and it was not told to end. */
        void emitAnew(SubSource source);

        /** A record that could not be decoded was passed over. Callable from any thread. */
        void passedOver();

        /** It cannot go on. */
        void failed(Throwable error);
    }

    /** The stream that it runs in. */
    interface Stream {
        /** Does that on its thread, unless it has ended. Callable from any thread. */
        void tell(Consumer<PartitionShare> wish);

        /** Ends it. Callable from any thread. */
        void finish();
    }

    /**
     * How its stream is to begin.
     *
     * @param emittedTo what lies below was emitted before
     */
    record Begun(OwnedPartition owned, PartitionStart from, long emittedTo, boolean paused) {}

    private final Host host;
    private OwnedPartition owned;
    private PartitionStart start;
    private long emittedTo;
    private boolean paused;
    private boolean started;
    private boolean ended;
    private @Nullable LongConsumer asker;
    /** Who asked how far was emitted before a seek that the stream has not got yet. */
    private final ArrayDeque<LongConsumer> sought = new ArrayDeque<>();
    /** {@code null} while it does not run. */
    private @Nullable Stream running;

    /** Of a partition of which what lies below {@code emittedTo} was emitted before. */
    SubSource(Host host, OwnedPartition owned, PartitionStart start, long emittedTo, boolean paused) {
        this.host = host;
        this.owned = owned;
        this.start = start;
        this.emittedTo = emittedTo;
        this.paused = paused;
    }

    synchronized OwnedPartition owned() {
        return owned;
    }

    /** What goes on where this one has ended. */
    synchronized SubSource next() {
        PartitionStart from = emittedTo == 0 ? start : new PartitionStart.AtOffset(emittedTo);
        return new SubSource(host, owned, from, emittedTo, paused);
    }

    /**
     * Its stream starts.
     *
     * @return how to begin, {@code null} if it has ended already
     * @throws TailraceException INVALID_ARGUMENT if it has been started before
     */
    synchronized @Nullable Begun start(Stream stream) {
        if (started) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The source of " + owned.key().topicPartition()
                            + " runs already: a partition's source can be run once.");
        }
        started = true;
        running = stream;
        return ended ? null : new Begun(owned, start, emittedTo, paused);
    }

    void passedOver() {
        host.passedOver();
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    @Override
    public void pause(boolean paused) {
        Stream stream;
        synchronized (this) {
            this.paused = paused;
            stream = running;
        }
        if (stream != null) {
            stream.tell(share -> share.pause(paused));
        }
    }

    @Override
    public void holdChanged() {
        Stream stream;
        synchronized (this) {
            stream = running;
        }
        if (stream != null) {
            stream.tell(PartitionShare::holdChanged);
        }
    }

    @Override
    public void seek(long offset, @Nullable OwnedPartition next, LongConsumer answer) {
        Stream stream;
        long before;
        synchronized (this) {
            stream = running;
            before = emittedTo;
            owned = next == null ? owned : next;
            start = new PartitionStart.AtOffset(offset);
            emittedTo = 0;
            if (stream != null) {
                sought.add(answer);
            }
        }
        if (stream == null) {
            answer.accept(before);
        } else {
            stream.tell(share -> share.seek(offset, next, this::sought));
        }
    }

    private void sought(long upTo) {
        LongConsumer waiting;
        synchronized (this) {
            waiting = sought.poll();
        }
        if (waiting != null) {
            host.enqueue(() -> waiting.accept(upTo));
        }
    }

    @Override
    public void end(LongConsumer answer) {
        Stream stream;
        long before;
        synchronized (this) {
            stream = ended ? null : running;
            ended = true;
            before = emittedTo;
            if (stream != null) {
                asker = answer;
            }
        }
        if (stream == null) {
            answer.accept(before);
        } else {
            stream.finish();
        }
    }

    /** Its stream has ended; {@code failure} is {@code null} if nothing went wrong with reading. */
    void ended(long upTo, @Nullable Throwable failure) {
        LongConsumer waiting;
        List<LongConsumer> unsought;
        boolean unasked;
        synchronized (this) {
            unsought = new ArrayList<>(sought);
            sought.clear();
            // Where it was to seek and did not, nothing has been emitted since.
            emittedTo = unsought.isEmpty() ? upTo : 0;
            waiting = asker;
            asker = null;
            unasked = !ended;
            ended = true;
            running = null;
        }
        long last = emittedTo();
        for (int i = 0; i < unsought.size(); i++) {
            LongConsumer one = unsought.get(i);
            long to = i == 0 ? upTo : 0;
            host.enqueue(() -> one.accept(to));
        }
        if (waiting != null) {
            host.enqueue(() -> waiting.accept(last));
        } else if (failure != null) {
            host.enqueue(() -> host.failed(failure));
        } else if (unasked) {
            host.enqueue(() -> host.emitAnew(this));
        }
    }

    private synchronized long emittedTo() {
        return emittedTo;
    }
}
