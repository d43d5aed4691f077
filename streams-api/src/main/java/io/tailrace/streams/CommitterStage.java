package io.tailrace.streams;

import io.tailrace.engine.error.Failures;
import io.tailrace.streams.ConsumerMessage.Committable;
import io.tailrace.streams.ConsumerMessage.CommittableOffsetBatch;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
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
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;

/** The stage behind {@link Committer}: collects, commits, and emits each batch when it is committed, in order. */
final class CommitterStage<C extends Committable> extends GraphStage<FlowShape<C, CommittableOffsetBatch>> {
    private final Inlet<C> in = Inlet.create("Committer.in");
    private final Outlet<CommittableOffsetBatch> out = Outlet.create("Committer.out");
    private final FlowShape<C, CommittableOffsetBatch> shape = FlowShape.of(in, out);
    private final CommitterSettings settings;

    CommitterStage(CommitterSettings settings) {
        this.settings = settings;
    }

    @Override
    public FlowShape<C, CommittableOffsetBatch> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic<>(shape, settings);
    }

    /** A batch on its way. */
    private static final class Sent {
        private final OffsetBatch batch;
        private boolean committed;

        Sent(OffsetBatch batch) {
            this.batch = batch;
        }
    }

    private record Answer(Sent sent, @Nullable Throwable failure) {}

    /** It outlives its ports: what was collected is committed, whatever ended the stream. */
    private static final class Logic<C extends Committable> extends TimerGraphStageLogic
            implements InHandler, OutHandler, GroupSession.Committing {
        private final Inlet<C> in;
        private final Outlet<CommittableOffsetBatch> out;
        private final CommitterSettings settings;
        private final AsyncCallback<Answer> answers = createAsyncCallback(this::answered);
        private final AsyncCallback<Done> wakeUp = createAsyncCallback(done -> commit());
        private final OffsetCollector collector = new OffsetCollector(this::meet);
        private final DeferredOffsets deferred = new DeferredOffsets(this::meet);
        private final boolean forgets;
        private final boolean defers;
        /** The consumers whose offsets have come by. */
        private final Set<GroupSession> sessions = new HashSet<>();
        /** Committed or not, not emitted yet. */
        private final ArrayDeque<Sent> sent = new ArrayDeque<>();

        private int unanswered;
        /** A batch is to be sent as soon as another is answered. */
        private boolean late;

        private boolean finishing;

        Logic(FlowShape<C, CommittableOffsetBatch> shape, CommitterSettings settings) {
            super(shape);
            this.in = shape.in();
            this.out = shape.out();
            this.settings = settings;
            this.forgets = settings.delivery() == CommitDelivery.SEND_AND_FORGET;
            this.defers = settings.when() == CommitWhen.NEXT_OFFSET_OBSERVED;
            setHandlers(in, out, this);
        }

        @Override
        public void preStart() {
            scheduleWithFixedDelay("interval", settings.maxInterval(), settings.maxInterval());
            pull(in);
        }

        private void meet(GroupSession session) {
            if (sessions.add(session)) {
                session.register(this);
            }
        }

        @Override
        public void commitNow() {
            wakeUp.invoke(Done.getInstance());
        }

        @Override
        public void onPush() {
            C offset = grab(in);
            boolean due = defers ? deferred.add(offset, collector) : collector.add(offset);
            if (due || collector.size() >= settings.maxBatch()) {
                commit();
            }
            pullIfRoom();
        }

        private void pullIfRoom() {
            if (!finishing && sent.size() < settings.parallelism() && !hasBeenPulled(in)) {
                pull(in);
            }
        }

        /** Who waits is not held back by the parallelism: if that is reached nothing more comes in, so it is exceeded by one. */
        private void commit() {
            if (collector.isEmpty()) {
                return;
            }
            if (forgets && !finishing && unanswered >= settings.parallelism()) {
                late = true;
                return;
            }
            late = false;
            Sent next = new Sent(collector.take());
            sent.add(next);
            unanswered++;
            if (forgets) {
                next.committed = true;
                emit();
            }
            next.batch.commit().whenComplete((done, failure) -> answers.invoke(new Answer(next, failure)));
        }

        private void answered(Answer answer) {
            unanswered--;
            Throwable failure = answer.failure();
            if (failure == null) {
                answer.sent().committed = true;
                if (late) {
                    commit();
                }
                emit();
                pullIfRoom();
            } else if (!isClosed(out)) {
                finishing = true;
                Throwable cause = Failures.cause(failure);
                fail(out, cause);
                cancel(in, cause);
                setKeepGoing(true);
            }
            endIfDone();
        }

        private void emit() {
            Sent first = sent.peek();
            if (first != null && first.committed && isAvailable(out)) {
                sent.remove();
                push(out, first.batch);
            }
        }

        private void endIfDone() {
            if (finishing && unanswered == 0 && (isClosed(out) || sent.isEmpty())) {
                completeStage();
            }
        }

        @Override
        public void onPull() {
            emit();
            pullIfRoom();
            endIfDone();
        }

        @Override
        public void onUpstreamFinish() {
            deferred.flush(collector);
            finish();
        }

        @Override
        public void onUpstreamFailure(Throwable cause) {
            if (!isClosed(out)) {
                fail(out, cause);
            }
            finish();
        }

        @Override
        public void onDownstreamFinish(Throwable cause) {
            if (!isClosed(in)) {
                cancel(in, cause);
            }
            finish();
        }

        private void finish() {
            finishing = true;
            setKeepGoing(true);
            commit();
            endIfDone();
        }

        @Override
        public void onTimer(Object key) {
            commit();
            sessions.removeIf(GroupSession::isOver);
        }

        @Override
        public void postStop() {
            sessions.forEach(session -> session.deregister(this));
        }
    }
}
