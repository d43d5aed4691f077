package io.tailrace.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;

/**
 * A source at a fixed rate, exact to a fraction of a millisecond. The scheduler's timers are too coarse for that and a timer for
 * each element too dear: one thread of its own sleeps until the next element is due and wakes the stage, once for all that are due
 * by then. What downstream does not take in time stays due: each element carries the time at which it should have gone.
 */
final class PacedSource extends GraphStage<SourceShape<PacedSource.Due>> {
    /** So that everything downstream has started when the first is due. */
    private static final long HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Outlet<Due> out = Outlet.create("PacedSource.out");
    private final SourceShape<Due> shape = SourceShape.of(out);
    private final double nanosBetween;
    private final long count;

    /**
     * An element's turn.
     *
     * @param sequence from 0
     * @param nanos when it is due, by {@link System#nanoTime()}
     */
    record Due(long sequence, long nanos) {}

    private PacedSource(int ratePerSecond, long count) {
        this.nanosBetween = 1e9 / ratePerSecond;
        this.count = count;
    }

    static Source<Due, NotUsed> of(int ratePerSecond, long count) {
        return Source.fromGraph(new PacedSource(ratePerSecond, count));
    }

    @Override
    public SourceShape<Due> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {
        private final AsyncCallback<Long> dueUpTo = createAsyncCallback(this::becomeDue);
        private long startNanos;
        private long due;
        private long sent;
        private volatile boolean stopped;

        Logic() {
            super(shape);
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    sendIfDue();
                }
            });
        }

        @Override
        public void preStart() {
            startNanos = System.nanoTime() + HEAD_START_NANOS;
            Thread clock = new Thread(() -> tick(startNanos), "bench-clock");
            clock.setDaemon(true);
            clock.start();
        }

        @Override
        public void postStop() {
            stopped = true;
        }

        private void becomeDue(long upTo) {
            due = upTo;
            if (isAvailable(out)) {
                sendIfDue();
            }
        }

        private void sendIfDue() {
            if (sent < due) {
                long sequence = sent++;
                push(out, new Due(sequence, dueNanos(startNanos, sequence)));
                if (sent == count) {
                    completeStage();
                }
            }
        }

        /** The clock's thread. */
        private void tick(long start) {
            long told = 0;
            while (told < count && !stopped) {
                long wait = dueNanos(start, told) - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                } else {
                    long dueNow = (long) ((System.nanoTime() - start) / nanosBetween) + 1;
                    told = Math.min(count, Math.max(told + 1, dueNow));
                    dueUpTo.invoke(told);
                }
            }
        }
    }

    private long dueNanos(long startNanos, long sequence) {
        return startNanos + (long) (sequence * nanosBetween);
    }
}
