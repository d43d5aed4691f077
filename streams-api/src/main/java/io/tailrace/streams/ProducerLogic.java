package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Shape;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * The stage around a {@link ProducerCore}: when it pulls, how it ends. Its subclasses say what an element is and who hears what
 * became of it.
 *
 * <p>It outlives its ports: accepted records are sent before it ends, whoever closed the stream.
 */
abstract class ProducerLogic<K, V, T> extends TimerGraphStageLogic implements ProducerCore.Host {
    private static final Object EXPIRE = "expire";
    private static final Object CLOSE = "close";
    private static final Object THROTTLE = "throttle";

    private record LookUp(String topic) {}

    private final Inlet<T> in;
    private final AsyncCallback<Runnable> events = createAsyncCallback(Runnable::run);
    private final Duration expiryInterval;
    private final Duration closeTimeout;
    final ProducerCore<K, V> core;
    private @Nullable T waiting;
    private boolean finishing;
    private @Nullable Throwable failure;

    ProducerLogic(Shape shape, Inlet<T> in, ProducerSettings<K, V> settings) {
        super(shape);
        this.in = in;
        this.core = new ProducerCore<>(settings, this);
        this.closeTimeout = settings.closeTimeout();
        long quarter = settings.deliveryTimeout().toMillis() / 4;
        this.expiryInterval = Duration.ofMillis(Math.max(5, Math.min(1000, quarter)));
        setHandler(in, new AbstractInHandler() {
            @Override
            public void onPush() {
                offer(grab(in));
            }

            @Override
            public void onUpstreamFinish() {
                finish(null);
            }

            @Override
            public void onUpstreamFailure(Throwable cause) {
                finish(cause);
            }
        });
    }

    /**
     * Takes an element in.
     *
     * @return false if a topic has to be looked up first; then the same element is offered again
     * @throws TailraceException if the element is refused
     */
    abstract boolean accept(T element);

    /** Whether the subclass has room for one more element; the core's room is looked at besides. */
    boolean hasRoom() {
        return true;
    }

    /** Whether the subclass has passed everything on. */
    boolean isDone() {
        return true;
    }

    /** An element that is refused ends the stream, after what came before it. */
    void refused(T element, TailraceException error) {
        cancel(in, error);
        finish(error);
    }

    /** Everything is sent, or it has failed. */
    abstract void end(@Nullable Throwable failure);

    /** Whatever became of the stream; subclasses call it too. */
    @Override
    public void postStop() {
        core.stop();
    }

    @Override
    public void preStart() {
        setKeepGoing(true);
        scheduleWithFixedDelay(EXPIRE, expiryInterval, expiryInterval);
        core.start();
        pullIfRoom();
    }

    private void offer(T element) {
        try {
            if (!accept(element)) {
                waiting = element;
                return;
            }
        } catch (TailraceException e) {
            refused(element, e);
        }
        pullIfRoom();
    }

    final void pullIfRoom() {
        if (waiting == null && !finishing && !hasBeenPulled(in) && !isClosed(in) && core.hasRoom() && hasRoom()) {
            pull(in);
        }
    }

    /** No more elements come; the failure is passed on when everything accepted is sent. */
    final void finish(@Nullable Throwable cause) {
        finishing = true;
        if (failure == null) {
            failure = cause;
        }
        core.finish();
        endIfDone();
    }

    /** Everything that is still open after the close timeout is given up. */
    final void limitClosing() {
        scheduleOnce(CLOSE, closeTimeout);
    }

    final void endIfDone() {
        if (finishing && waiting == null && core.isEmpty() && isDone()) {
            end(failure);
        }
    }

    @Override
    public final void enqueue(Runnable event) {
        events.invoke(event);
    }

    @Override
    public final void resumeLater(PartitionWriter writer, long nanos) {
        scheduleOnce(writer, Duration.ofNanos(nanos));
    }

    @Override
    public final void lookUpLater(String topic, long nanos) {
        scheduleOnce(new LookUp(topic), Duration.ofNanos(nanos));
    }

    @Override
    public final void throttled(long nanos) {
        scheduleOnce(THROTTLE, Duration.ofNanos(nanos));
    }

    @Override
    public void onTimer(Object key) {
        if (key instanceof PartitionWriter writer) {
            writer.resume();
        } else if (key instanceof LookUp lookUp) {
            core.lookUp(lookUp.topic());
        } else if (key == THROTTLE) {
            core.throttleOver();
            pullIfRoom();
        } else if (key == EXPIRE) {
            core.expire();
        } else if (key == CLOSE) {
            core.abandonAll(new TailraceException(
                    ErrorCode.CLOSED,
                    "The producer was closed and could not send everything within " + closeTimeout
                            + ": whether the rest was stored is not known."));
            waiting = null;
            finish(null);
        }
    }

    @Override
    public final void topicKnown() {
        T element = waiting;
        if (element != null) {
            waiting = null;
            offer(element);
            endIfDone();
        }
    }

    @Override
    public final void topicRefused(TailraceException error) {
        T element = waiting;
        if (element != null) {
            waiting = null;
            refused(element, error);
            pullIfRoom();
            endIfDone();
        }
    }

    @Override
    public void acknowledged() {
        pullIfRoom();
        endIfDone();
    }

    @Override
    public void failed(PartitionWriter writer, TailraceException error) {
        end(error);
    }
}
