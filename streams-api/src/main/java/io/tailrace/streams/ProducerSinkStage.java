package io.tailrace.streams;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.AbruptStageTerminationException;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/** The stage behind {@link Producer#plainSink}: nothing is kept per record. */
final class ProducerSinkStage<K, V>
        extends AbstractGraphStageWithMaterializedValue<SinkShape<ProducerRecord<K, V>>, CompletionStage<Done>> {
    private final Inlet<ProducerRecord<K, V>> in = Inlet.create("Producer.in");
    private final SinkShape<ProducerRecord<K, V>> shape = SinkShape.of(in);
    private final ProducerSettings<K, V> settings;

    ProducerSinkStage(ProducerSettings<K, V> settings) {
        this.settings = settings;
    }

    @Override
    public SinkShape<ProducerRecord<K, V>> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, CompletionStage<Done>> createLogicAndMaterializedValuePair(Attributes attributes) {
        CompletableFuture<Done> done = new CompletableFuture<>();
        return Pair.create(new Logic<>(shape, in, settings, done), done);
    }

    private static final class Logic<K, V> extends ProducerLogic<K, V, ProducerRecord<K, V>> {
        private final CompletableFuture<Done> done;

        Logic(
                SinkShape<ProducerRecord<K, V>> shape,
                Inlet<ProducerRecord<K, V>> in,
                ProducerSettings<K, V> settings,
                CompletableFuture<Done> done) {
            super(shape, in, settings);
            this.done = done;
        }

        @Override
        boolean accept(ProducerRecord<K, V> record) {
            return core.accept(record, null);
        }

        @Override
        void end(@Nullable Throwable failure) {
            if (failure == null) {
                done.complete(Done.getInstance());
                completeStage();
            } else {
                done.completeExceptionally(failure);
                failStage(failure);
            }
        }

        @Override
        public void postStop() {
            super.postStop();
            if (!done.isDone()) {
                done.completeExceptionally(new AbruptStageTerminationException(this));
            }
        }
    }
}
