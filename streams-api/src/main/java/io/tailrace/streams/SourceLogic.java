package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Assignment.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.SubscriptionWithCancelException;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * What the sources of a consumer share: how they hear of what happens elsewhere, and how they end. It outlives its port: what was emitted may
 * still have to be committed.
 */
abstract class SourceLogic<T> extends TimerGraphStageLogic implements StageHost {
    private static final Object STOP_TIMEOUT = "stop-timeout";

    private record Later(Runnable step) {}

    final Outlet<T> out;
    private final Duration stopTimeout;
    /** What has been heard and not looked at: whoever is answered first has his turn first. */
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();

    private final AsyncCallback<Done> heard = createAsyncCallback(done -> {
        runEvents();
        proceed();
    });
    private final ConsumerControl control = new ConsumerControl(createAsyncCallback(this::obey), this::steer);
    private @Nullable Assignment assignment;
    private boolean ending;
    private boolean left;
    /** The stage is to end when the partitions have been given back. */
    private boolean closing;

    SourceLogic(SourceShape<T> shape, Duration stopTimeout) {
        super(shape);
        this.out = shape.out();
        this.stopTimeout = stopTimeout;
        setHandler(out, new AbstractOutHandler() {
            @Override
            public void onPull() {
                assignment().wanted();
                proceed();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
                boolean wanted = cause instanceof SubscriptionWithCancelException.NonFailureCancellation;
                close(wanted ? Ending.DRAINING : Ending.FAILED);
            }
        });
    }

    /** Something happened: pushes what there is, if it is wanted. */
    abstract void proceed();

    /** Where its partitions come from; called once, when it starts. */
    abstract Assignment assign();

    final ConsumerControl control() {
        return control;
    }

    @Override
    public void preStart() {
        assignment = assign();
        assignment.start();
    }

    private Assignment assignment() {
        return Objects.requireNonNull(assignment, "not started");
    }

    @Override
    public final void enqueue(Runnable event) {
        events.add(event);
        heard.invoke(Done.getInstance());
    }

    /** No more than a few of each partition, which is asked one thing at a time, and comes and goes at most. */
    final void runEvents() {
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
            event.run();
        }
    }

    @Override
    public final boolean isWanted() {
        return isAvailable(out);
    }

    @Override
    public final void later(Runnable step, long nanos) {
        scheduleOnce(new Later(step), Duration.ofNanos(nanos));
    }

    /** Whether no more is emitted. */
    public final boolean isOver() {
        return ending;
    }

    @Override
    public void onTimer(Object key) {
        if (key instanceof Later later && !ending) {
            later.step().run();
        } else if (key == STOP_TIMEOUT) {
            close(Ending.AT_ONCE);
            completeStage();
        }
    }

    private void obey(ConsumerControl.Wish wish) {
        switch (wish) {
            case STOP -> {
                end(Ending.DRAINING);
                control.stopped();
            }
            case SHUTDOWN -> close(Ending.DRAINING);
            case END -> close(Ending.AT_ONCE);
        }
    }

    /** Does that, if all of these partitions are read here. */
    private void steer(ConsumerControl.Steering wish) {
        enqueue(() -> {
            List<TopicPartition> elsewhere = wish.partitions().stream()
                    .filter(partition -> !assignment().has(partition))
                    .toList();
            if (ending) {
                wish.answer().completeExceptionally(ConsumerControl.isOver());
            } else if (!elsewhere.isEmpty()) {
                wish.answer().completeExceptionally(notRead(elsewhere));
            } else {
                wish.partitions().forEach(partition -> wish.action().accept(assignment(), partition));
                wish.answer().complete(Done.getInstance());
            }
        });
    }

    private static TailraceException notRead(List<TopicPartition> partitions) {
        String more = partitions.size() > 1 ? " and " + (partitions.size() - 1) + " others" : "";
        return new TailraceException(
                ErrorCode.INVALID_ARGUMENT,
                "This consumer does not read " + partitions.get(0) + more
                        + " now, so nothing was done: name partitions that it has been assigned.");
    }

    @Override
    public final void finish() {
        close(Ending.DRAINING);
    }

    @Override
    public final void failed(Throwable error) {
        assignment().failing(error);
        if (!isClosed(out)) {
            fail(out, error);
        }
        close(Ending.FAILED);
    }

    /** Emits no more, and ends when the partitions have been given back. */
    private void close(Ending how) {
        closing = true;
        end(how);
    }

    private void end(Ending how) {
        if (!ending) {
            ending = true;
            setKeepGoing(true);
            scheduleOnce(STOP_TIMEOUT, stopTimeout);
            if (!isClosed(out)) {
                complete(out);
            }
        }
        if (left) {
            left();
        } else {
            assignment().end(how);
        }
    }

    @Override
    public final void left() {
        left = true;
        if (closing) {
            completeStage();
        }
    }

    @Override
    public void postStop() {
        if (assignment != null) {
            assignment.stop();
        }
        control.ended();
    }
}
