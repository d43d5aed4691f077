package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A session as a stage of a stream: bytes of the peer come in, bytes for the peer go out. It always reads: credit bounds what comes. */
final class SessionStage extends GraphStage<FlowShape<ByteString, ByteString>> {
    /** What somebody may send who has not said yet who it is. */
    private static final int FIRST_FRAME_BYTES = 4 << 10;

    private final Inlet<ByteString> in = Inlet.create("Session.in");
    private final Outlet<ByteString> out = Outlet.create("Session.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final Session session;
    private final Duration tick;
    private final LinkCounters counters;

    SessionStage(Session session, Duration tick, LinkCounters counters) {
        this.session = session;
        this.tick = tick;
        this.counters = counters;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic implements Session.Control {
        private final Deframer deframer = new Deframer(FIRST_FRAME_BYTES, () -> counters.dropped(Dropped.TOO_LARGE, 1));
        private final AsyncCallback<Done> woken = createAsyncCallback(done -> flush());
        private final AsyncCallback<Throwable> stopped = createAsyncCallback(this::fail);
        /** Whether a call of {@link #flush} is on its way already: a thousand sends need one. */
        private final AtomicBoolean awake = new AtomicBoolean();

        private @Nullable Throwable why;

        Logic() {
            super(shape);
            AbstractInOutHandler handler = new Handler();
            setHandler(in, handler);
            setHandler(out, handler);
        }

        @Override
        public void preStart() {
            session.started(this);
            scheduleAtFixedRate("tick", tick, tick);
            pull(in);
        }

        @Override
        public void onTimer(Object key) {
            guarded(session::tick);
            flush();
        }

        @Override
        public void postStop() {
            Throwable reason = why;
            session.ended(
                    reason == null
                            ? new TailraceException(ErrorCode.CLOSED, "The peer has closed the connection.")
                            : reason);
        }

        @Override
        public void wake() {
            if (awake.compareAndSet(false, true)) {
                woken.invoke(Done.getInstance());
            }
        }

        @Override
        public void limit(int maxFrameBytes) {
            deframer.limit(maxFrameBytes);
        }

        @Override
        public void end(Throwable reason) {
            stopped.invoke(reason);
        }

        private void fail(Throwable reason) {
            if (why == null) {
                why = reason;
            }
            failStage(reason);
        }

        private void flush() {
            // Before the look: who puts something in afterwards wakes again.
            awake.set(false);
            if (isAvailable(out)) {
                guarded(() -> {
                    ByteString next = session.poll();
                    if (next != null) {
                        push(out, next);
                    }
                });
            }
        }

        private void guarded(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException e) {
                fail(e);
            }
        }

        private final class Handler extends AbstractInOutHandler {
            @Override
            public void onPush() {
                guarded(() -> {
                    for (ByteBuffer bytes : grab(in).getByteBuffers()) {
                        deframer.feed(bytes, session::received);
                    }
                    pull(in);
                });
                flush();
            }

            @Override
            public void onPull() {
                flush();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
                fail(failure);
            }
        }
    }
}
