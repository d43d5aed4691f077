package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/** The stage behind {@link SendProducer}: a failure concerns the records that it is about, not the stream. */
final class ProducerSendStage<K, V>
        extends AbstractGraphStageWithMaterializedValue<
                SinkShape<PendingEnvelope<K, V, ?>>, ProducerSendStage.Control> {
    private final Inlet<PendingEnvelope<K, V, ?>> in = Inlet.create("SendProducer.in");
    private final SinkShape<PendingEnvelope<K, V, ?>> shape = SinkShape.of(in);
    private final ProducerSettings<K, V> settings;

    ProducerSendStage(ProducerSettings<K, V> settings) {
        this.settings = settings;
    }

    /** What the producer holds of its stage. */
    static final class Control {
        private final AsyncCallback<Done> closing;
        private final CompletableFuture<Done> ended = new CompletableFuture<>();

        private Control(AsyncCallback<Done> closing) {
            this.closing = closing;
        }

        /** Gives what is unanswered the close timeout. */
        void close() {
            closing.invoke(Done.getInstance());
        }

        /** Completes when nothing will be answered any more. */
        CompletionStage<Done> ended() {
            return ended;
        }
    }

    @Override
    public SinkShape<PendingEnvelope<K, V, ?>> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, Control> createLogicAndMaterializedValuePair(Attributes attributes) {
        Logic<K, V> logic = new Logic<>(shape, in, settings);
        return Pair.create(logic, logic.control);
    }

    private static final class Logic<K, V> extends ProducerLogic<K, V, PendingEnvelope<K, V, ?>> {
        private final Control control = new Control(createAsyncCallback(done -> limitClosing()));

        Logic(
                SinkShape<PendingEnvelope<K, V, ?>> shape,
                Inlet<PendingEnvelope<K, V, ?>> in,
                ProducerSettings<K, V> settings) {
            super(shape, in, settings);
        }

        @Override
        boolean accept(PendingEnvelope<K, V, ?> envelope) {
            return envelope.accept(core);
        }

        @Override
        void refused(PendingEnvelope<K, V, ?> envelope, TailraceException error) {
            envelope.refuse(error);
        }

        @Override
        public void failed(PartitionWriter writer, TailraceException error) {
            writer.abandon(error);
            if (error.code() == ErrorCode.UNKNOWN_TOPIC) {
                // Perhaps it is there again, under another id.
                writer.topic().forEachWriter(other -> other.abandon(error));
                core.forget(writer.topic());
            }
        }

        @Override
        void end(@Nullable Throwable failure) {
            completeStage();
        }

        @Override
        public void postStop() {
            super.postStop();
            control.ended.complete(Done.getInstance());
        }
    }
}
