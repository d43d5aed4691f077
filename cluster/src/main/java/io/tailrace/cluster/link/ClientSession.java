package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The end that connects: says who it is, then sends what waits, as far as the other end has room. */
final class ClientSession implements Session {
    private final Hello hello;
    private final Outbox outbox;
    private final LinkSettings settings;
    private final LinkCounters counters;
    private final Listener listener;

    private @Nullable Control control;
    private boolean greeted;
    private boolean open;
    private boolean pingDue;
    private long window;
    private long sent;
    private long credited;
    private long heardNanos;

    /** Who made the connection. Told on the session's thread. */
    interface Listener {
        /** The peer takes messages. */
        void opened();

        /** An answer of the peer's. */
        void received(Frame frame);

        /** It is over. */
        void ended(ClientSession session, Throwable why);
    }

    ClientSession(Hello hello, Outbox outbox, LinkSettings settings, LinkCounters counters, Listener listener) {
        this.hello = hello;
        this.outbox = outbox;
        this.settings = settings;
        this.counters = counters;
        this.listener = listener;
    }

    @Override
    public void started(Control stage) {
        synchronized (this) {
            control = stage;
        }
        heardNanos = System.nanoTime();
    }

    @Override
    public @Nullable ByteString poll() {
        if (!greeted) {
            greeted = true;
            return hello.encode();
        }
        if (!open) {
            return null;
        }
        if (pingDue) {
            pingDue = false;
            return Frame.encode(new byte[] {FrameKind.PING});
        }
        ByteString next = outbox.take(window - (sent - credited), sent == credited);
        if (next != null) {
            sent += next.size();
        }
        return next;
    }

    @Override
    public void received(Frame frame) {
        heardNanos = System.nanoTime();
        FieldReader in = new FieldReader(frame.head().duplicate(), "An answer of node " + hello.peer());
        switch (in.int8()) {
            case FrameKind.WELCOME -> welcome(in);
            case FrameKind.REFUSED -> refused(in);
            case FrameKind.CREDIT -> credited = Math.max(credited, Math.min(in.offset(), sent));
            default -> {
                if (FrameKind.isOfTheLink(frame.kind())) {
                    counters.dropped(Dropped.UNKNOWN_TYPE, 1);
                } else {
                    counters.received(frame.sizeInBytes());
                    listener.received(frame);
                }
            }
        }
    }

    private void welcome(FieldReader in) {
        in.int32(); // There is one version so far.
        window = in.offset();
        open = true;
        stage(stage -> stage.limit(settings.maxFrameBytes()));
        counters.sessionOpened();
        listener.opened();
    }

    private void refused(FieldReader in) {
        String code = in.string();
        throw new TailraceException(ErrorCode.INVALID_ARGUMENT, code + ": " + in.string());
    }

    @Override
    public void tick() {
        long silent = System.nanoTime() - heardNanos;
        if (silent > (open ? settings.silenceTimeout() : settings.connectTimeout()).toNanos()) {
            throw new TailraceException(
                    ErrorCode.PARTITION_UNAVAILABLE,
                    "Node " + hello.peer() + " has been silent for " + silent / 1_000_000 + " ms.");
        }
        pingDue = open;
    }

    @Override
    public void ended(Throwable why) {
        listener.ended(this, why);
    }

    /** Something waits. From any thread. */
    void wake() {
        stage(Control::wake);
    }

    /** Ends it. From any thread. */
    void end(Throwable why) {
        stage(stage -> stage.end(why));
    }

    private void stage(Consumer<Control> action) {
        Control stage;
        synchronized (this) {
            stage = control;
        }
        if (stage != null) {
            action.accept(stage);
        }
    }
}
