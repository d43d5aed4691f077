package io.tailrace.cli.produce;

import io.tailrace.cli.client.ByteLines;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Between the thread that reads and the thread that sends: one batch is filled while the one before is under way. The sender
 * gets what there is when the reader is out of input or the batch is full, and the reader waits while it is full.
 */
final class OutgoingLines {
    static final int MAX_BATCH_BYTES = 1 << 20;
    static final int MAX_BATCH_LINES = 10_000;

    private final RecordEncoder encoder;
    private LineBatch open = new LineBatch();
    private LineBatch spare = new LineBatch();
    /** The reader has nothing more at the moment: what is open may go. */
    private boolean paused;

    private boolean ended;
    private boolean stopped;
    private boolean abandoned;
    private int pendingBytes;
    private @Nullable Exception failure;

    OutgoingLines(RecordEncoder encoder) {
        this.encoder = encoder;
    }

    // For the reader.

    /**
     * Adds the record of a line; waits while there is no room.
     *
     * @throws InterruptedException if nobody will ever take it
     */
    synchronized void add(ByteLines line) throws IOException, InterruptedException {
        paused = false;
        while (isFull() && !abandoned) {
            wait();
        }
        if (abandoned) {
            throw new InterruptedException("Nobody sends any more");
        }
        open.add(line, encoder);
        if (isFull()) {
            notifyAll();
        }
    }

    private boolean isFull() {
        return open.sizeInBytes() >= MAX_BATCH_BYTES || open.lines() >= MAX_BATCH_LINES;
    }

    /** There is nothing more for the moment but so many bytes of a line without an end. */
    synchronized void pause(int bytesOfALine) {
        paused = true;
        pendingBytes = bytesOfALine;
        notifyAll();
    }

    /** Whether to read on. */
    synchronized boolean wanted() {
        return !stopped;
    }

    /** There will be nothing more, because of {@code cause} or, if that is {@code null}, because the input has ended. */
    synchronized void end(@Nullable Exception cause, int bytesOfALine) {
        ended = true;
        failure = cause;
        pendingBytes = bytesOfALine;
        notifyAll();
    }

    // For the sender.

    /** The next batch, good until the next call, or {@code null} if there will be none; waits until it is known. */
    synchronized @Nullable LineBatch take() throws InterruptedException {
        while (open.isEmpty() ? !isOver() : !(paused || ended || isFull())) {
            wait();
        }
        if (open.isEmpty()) {
            return null;
        }
        LineBatch taken = open;
        open = spare;
        open.clear();
        spare = taken;
        notifyAll();
        return taken;
    }

    private boolean isOver() {
        return ended || (stopped && paused);
    }

    /** Waits that long, or less if it is to stop meanwhile; then returns true. */
    synchronized boolean awaitStop(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = deadline - System.nanoTime(); !stopped && left > 0; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return stopped;
    }

    /** Why the input ended early, or {@code null}. */
    synchronized @Nullable Exception failure() {
        return failure;
    }

    /** Bytes of a line that has no end yet. */
    synchronized int pendingBytes() {
        return pendingBytes;
    }

    // For whoever ends it.

    /** Nothing more is to be read; what has been read is still to be sent. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** Nothing more is taken. */
    synchronized void abandon() {
        stopped = true;
        abandoned = true;
        notifyAll();
    }
}
