package io.tailrace.streams;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerMessage.Results;
import java.util.ArrayDeque;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/** The stage behind {@link Producer#flexiFlow}: results come out in the order of their envelopes. */
final class ProducerFlowStage<K, V, P> extends GraphStage<FlowShape<Envelope<K, V, P>, Results<K, V, P>>> {
    private final Inlet<Envelope<K, V, P>> in = Inlet.create("Producer.in");
    private final Outlet<Results<K, V, P>> out = Outlet.create("Producer.out");
    private final FlowShape<Envelope<K, V, P>, Results<K, V, P>> shape = FlowShape.of(in, out);
    private final ProducerSettings<K, V> settings;

    ProducerFlowStage(ProducerSettings<K, V> settings) {
        this.settings = settings;
    }

    @Override
    public FlowShape<Envelope<K, V, P>, Results<K, V, P>> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic<>(shape, in, out, settings);
    }

    private static final class Logic<K, V, P> extends ProducerLogic<K, V, Envelope<K, V, P>> {
        private final Inlet<Envelope<K, V, P>> in;
        private final Outlet<Results<K, V, P>> out;
        private final int parallelism;
        private final ArrayDeque<PendingEnvelope<K, V, P>> pending = new ArrayDeque<>();
        /** The newest, while some of its records are not in yet. */
        private @Nullable PendingEnvelope<K, V, P> entering;

        private boolean cancelled;

        Logic(
                FlowShape<Envelope<K, V, P>, Results<K, V, P>> shape,
                Inlet<Envelope<K, V, P>> in,
                Outlet<Results<K, V, P>> out,
                ProducerSettings<K, V> settings) {
            super(shape, in, settings);
            this.in = in;
            this.out = out;
            this.parallelism = settings.parallelism();
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    emit();
                    pullIfRoom();
                    endIfDone();
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    downstreamFinished(cause);
                }
            });
        }

        @Override
        boolean accept(Envelope<K, V, P> envelope) {
            PendingEnvelope<K, V, P> next = entering;
            if (next == null) {
                next = new PendingEnvelope<>(envelope, done -> {});
                pending.add(next);
                entering = next;
            }
            if (!next.accept(core)) {
                return false;
            }
            entering = null;
            emit();
            return true;
        }

        @Override
        void refused(Envelope<K, V, P> envelope, TailraceException error) {
            // It has no result to wait for; those before it still come out.
            pending.removeLast();
            entering = null;
            super.refused(envelope, error);
        }

        @Override
        boolean hasRoom() {
            return pending.size() < parallelism;
        }

        @Override
        boolean isDone() {
            return cancelled || pending.isEmpty();
        }

        private void emit() {
            PendingEnvelope<K, V, P> first = pending.peek();
            if (first != null && first != entering && first.isDone() && !cancelled && isAvailable(out)) {
                pending.remove();
                push(out, first.results());
            }
        }

        @Override
        public void acknowledged() {
            emit();
            super.acknowledged();
        }

        private void downstreamFinished(Throwable cause) {
            cancelled = true;
            cancel(in, cause);
            limitClosing();
            finish(null);
        }

        @Override
        void end(@Nullable Throwable failure) {
            if (failure == null) {
                completeStage();
            } else {
                failStage(failure);
            }
        }
    }
}
