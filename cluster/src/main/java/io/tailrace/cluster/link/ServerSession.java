package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The end that was connected to: finds out who is there, hands over what comes, and gives credit for what has been worked off. */
final class ServerSession implements Session, Incoming.Replies {
    /** Credit is given when so much of the window has been worked off, or when the other end asks. */
    private static final int CREDIT_SHARE = 8;

    private final LinkSettings settings;
    private final LinkCounters counters;
    private final Listener listener;
    private final Outbox replies;
    private final AtomicLong consumed = new AtomicLong();
    private final Queue<ByteString> control = new ArrayDeque<>();

    private volatile @Nullable Control stage;
    private volatile long creditGiven;
    private @Nullable Hello hello;
    private @Nullable Incoming incoming;
    private @Nullable TailraceException refusal;
    private boolean pinged;
    private long heardNanos;

    /** Who accepted the connection. */
    interface Listener {
        /**
         * Who receives, for this peer.
         *
         * @throws TailraceException with what to tell it, if nobody does
         */
        Incoming greeted(ServerSession session, Hello hello);

        /** It is over. */
        void ended(ServerSession session, Throwable why);
    }

    ServerSession(LinkSettings settings, LinkCounters counters, Listener listener) {
        this.settings = settings;
        this.counters = counters;
        this.listener = listener;
        this.replies = new Outbox(Integer.MAX_VALUE, counters);
    }

    @Override
    public void started(Control control) {
        stage = control;
        heardNanos = System.nanoTime();
    }

    /** Who is there, or {@code null} while nobody has said so. On the session's thread. */
    @Nullable
    Hello hello() {
        return hello;
    }

    @Override
    public @Nullable ByteString poll() {
        ByteString next = control.poll();
        if (next != null) {
            return next;
        }
        if (refusal != null) {
            throw refusal;
        }
        long worked = consumed.get();
        if (pinged || worked - creditGiven >= threshold()) {
            pinged = false;
            creditGiven = worked;
            return Frame.encode(
                    new FieldWriter().int8(FrameKind.CREDIT).int64(worked).toBytes());
        }
        return replies.take(Long.MAX_VALUE, true);
    }

    private long threshold() {
        return Math.max(1, settings.windowBytes() / CREDIT_SHARE);
    }

    @Override
    public void received(Frame frame) {
        heardNanos = System.nanoTime();
        Incoming receiver = incoming;
        if (receiver == null) {
            greeted(frame);
        } else if (frame.kind() == FrameKind.PING) {
            pinged = true;
        } else if (FrameKind.isOfTheLink(frame.kind())) {
            counters.dropped(Dropped.UNKNOWN_TYPE, 1);
        } else {
            int size = frame.sizeInBytes();
            counters.received(size);
            AtomicBoolean once = new AtomicBoolean();
            receiver.received(frame, () -> {
                if (once.compareAndSet(false, true)) {
                    consumed(size);
                }
            });
        }
    }

    private void greeted(Frame frame) {
        if (refusal != null) {
            return;
        }
        Hello greeting = Hello.decode(frame);
        hello = greeting;
        try {
            incoming = listener.greeted(this, greeting);
        } catch (TailraceException e) {
            refusal = e;
            control.add(Frame.encode(new FieldWriter()
                    .int8(FrameKind.REFUSED)
                    .string(e.code().name())
                    .string(String.valueOf(e.getMessage()))
                    .toBytes()));
            return;
        }
        Control here = stage;
        if (here != null) {
            here.limit(settings.maxFrameBytes());
        }
        counters.sessionOpened();
        control.add(Frame.encode(new FieldWriter()
                .int8(FrameKind.WELCOME)
                .int32(Hello.VERSION)
                .int64(settings.windowBytes())
                .toBytes()));
    }

    private void consumed(int bytes) {
        long worked = consumed.addAndGet(bytes);
        if (worked - creditGiven >= threshold()) {
            wake();
        }
    }

    private void wake() {
        Control here = stage;
        if (here != null) {
            here.wake();
        }
    }

    @Override
    public void send(ByteString frame, @Nullable Runnable onTaken) {
        replies.offer(frame, onTaken);
        wake();
    }

    @Override
    public void tick() {
        long silent = System.nanoTime() - heardNanos;
        if (silent > (incoming == null ? settings.connectTimeout() : settings.silenceTimeout()).toNanos()) {
            throw new TailraceException(
                    ErrorCode.PARTITION_UNAVAILABLE, "The peer has been silent for " + silent / 1_000_000 + " ms.");
        }
    }

    /** Ends it. From any thread. */
    void end(Throwable why) {
        Control here = stage;
        if (here != null) {
            here.end(why);
        }
    }

    @Override
    public void ended(Throwable why) {
        Incoming receiver = incoming;
        if (receiver != null) {
            receiver.ended();
        }
        counters.dropped(Dropped.SESSION_LOST, replies.clear());
        listener.ended(this, why);
    }
}
