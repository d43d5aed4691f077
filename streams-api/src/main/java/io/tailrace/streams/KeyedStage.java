package io.tailrace.streams;

import io.tailrace.engine.error.Failures;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.InHandler;
import org.apache.pekko.stream.stage.OutHandler;
import org.jspecify.annotations.Nullable;

/** The stage behind {@link KeyedFlow}: a {@link KeyedLane} for each partition of which it has records. */
final class KeyedStage<I, T> extends GraphStage<FlowShape<I, T>> {
    /**
     * What is done with a record.
     *
     * @param originOf its partition
     * @param keyOf its key, {@code null} if it need not wait for any other
     * @param work completes when it is done
     */
    record Work<I, T>(
            Function<I, KeyedOrigin> originOf,
            Function<I, @Nullable Object> keyOf,
            Function<I, ? extends CompletionStage<T>> work) {}

    private final Inlet<I> in = Inlet.create("Keyed.in");
    private final Outlet<T> out = Outlet.create("Keyed.out");
    private final FlowShape<I, T> shape = FlowShape.of(in, out);
    private final KeyedSettings settings;
    private final Work<I, T> work;

    KeyedStage(KeyedSettings settings, Work<I, T> work) {
        this.settings = settings;
        this.work = work;
    }

    @Override
    public FlowShape<I, T> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic<>(shape, settings, work);
    }

    private static final class Logic<I, T> extends GraphStageLogic implements InHandler, OutHandler {
        private final Inlet<I> in;
        private final Outlet<T> out;
        private final KeyedSettings settings;
        private final Work<I, T> work;
        private final Map<KeyedOrigin, KeyedLane<I, T>> lanes = new HashMap<>();
        /** May begin. */
        private final ArrayDeque<KeyedTask<I, T>> ready = new ArrayDeque<>();
        /** Those whose next record is done. */
        private final ArrayDeque<KeyedLane<I, T>> emittable = new ArrayDeque<>();
        /** Done and not looked at, in the order in which they were done. */
        private final Queue<KeyedTask<I, T>> completed = new ConcurrentLinkedQueue<>();
        /** Somebody looks at what is done, or is on the way: many that are done at once cost one message. */
        private final AtomicBoolean awake = new AtomicBoolean();

        private final AsyncCallback<Done> wakeUp = createAsyncCallback(done -> work());
        private @Nullable KeyedLane<I, T> last;
        private int pending;
        private int running;
        private boolean failed;

        Logic(FlowShape<I, T> shape, KeyedSettings settings, Work<I, T> work) {
            super(shape);
            this.in = shape.in();
            this.out = shape.out();
            this.settings = settings;
            this.work = work;
            setHandlers(in, out, this);
        }

        @Override
        public void preStart() {
            pull(in);
        }

        @Override
        public void onPush() {
            I element = grab(in);
            pending++;
            lane(work.originOf().apply(element))
                    .add(element, comparable(work.keyOf().apply(element)));
            work();
        }

        /** Neighbours are mostly of one partition. */
        private KeyedLane<I, T> lane(KeyedOrigin origin) {
            KeyedLane<I, T> lane = last;
            if (lane == null || !lane.origin().equals(origin)) {
                lane = lanes.computeIfAbsent(origin, key -> new KeyedLane<>(key, settings.maxAhead(), ready::add));
                last = lane;
            }
            return lane;
        }

        private static @Nullable Object comparable(@Nullable Object key) {
            if (key instanceof byte[] bytes) {
                return java.nio.ByteBuffer.wrap(bytes);
            }
            return key instanceof java.nio.ByteBuffer buffer ? buffer.duplicate() : key;
        }

        /** Looks at what is done, begins what may begin, and passes on what may be, which lets more begin. */
        private void work() {
            do {
                proceed();
                passOn();
            } while (mayBegin());
            pullOrEnd();
        }

        private void proceed() {
            do {
                awake.set(true);
                settle();
                while (mayBegin()) {
                    begin(ready.remove());
                    settle();
                }
                awake.set(false);
            } while (!failed && !completed.isEmpty());
        }

        private boolean mayBegin() {
            return !failed && running < settings.parallelism() && !ready.isEmpty();
        }

        private void begin(KeyedTask<I, T> task) {
            running++;
            if (task.lane.origin().isLost()) {
                completed.add(task);
                return;
            }
            try {
                work.work().apply(task.element).whenComplete((result, failure) -> completed(task, result, failure));
            } catch (RuntimeException e) {
                completed(task, null, e);
            }
        }

        /** On any thread. */
        private void completed(KeyedTask<I, T> task, @Nullable T result, @Nullable Throwable failure) {
            task.result = result;
            task.failure = failure;
            completed.add(task);
            if (awake.compareAndSet(false, true)) {
                wakeUp.invoke(Done.getInstance());
            }
        }

        private void settle() {
            for (KeyedTask<I, T> task = completed.poll(); task != null && !failed; task = completed.poll()) {
                running--;
                if (task.failure != null) {
                    failed = true;
                    failStage(Failures.cause(task.failure));
                    return;
                }
                boolean wasDone = task.lane.isHeadDone();
                task.lane.done(task);
                if (!wasDone && task.lane.isHeadDone()) {
                    emittable.add(task.lane);
                }
            }
        }

        private void passOn() {
            while (!failed && isAvailable(out) && !emittable.isEmpty()) {
                KeyedLane<I, T> lane = emittable.remove();
                KeyedTask<I, T> task = lane.take();
                pending--;
                if (lane.isHeadDone()) {
                    emittable.add(lane);
                } else if (lane.isEmpty()) {
                    remove(lane);
                }
                T result = task.result;
                if (result != null) {
                    push(out, result);
                }
            }
        }

        private void pullOrEnd() {
            if (failed) {
                return;
            }
            if (isClosed(in)) {
                if (pending == 0) {
                    completeStage();
                }
            } else if (pending < settings.maxPending() && !hasBeenPulled(in)) {
                pull(in);
            }
        }

        private void remove(KeyedLane<I, T> lane) {
            lane.release();
            lanes.remove(lane.origin());
            last = last == lane ? null : last;
        }

        @Override
        public void onPull() {
            work();
        }

        @Override
        public void onUpstreamFinish() {
            if (pending == 0) {
                completeStage();
            }
        }

        @Override
        public void postStop() {
            lanes.values().forEach(KeyedLane::release);
        }
    }
}
