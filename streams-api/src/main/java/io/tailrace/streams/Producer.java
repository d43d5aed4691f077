package io.tailrace.streams;

import io.tailrace.streams.ConsumerMessage.Committable;
import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerMessage.Results;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.FlowWithContext;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Streams that write to topics.
 *
 * <pre>{@code
 * ProducerSettings<String, String> settings =
 *     ProducerSettings.create(tailrace, Serdes.strings(), Serdes.strings());
 *
 * CompletionStage<Done> done = Source.range(1, 1_000_000)
 *     .map(n -> ProducerRecord.of("numbers", "key-" + n, "value " + n))
 *     .runWith(Producer.plainSink(settings), system);
 * }</pre>
 *
 * <p><b>Batching follows backpressure.</b> Records go straight into the open batch of their partition. A lone record leaves at
 * once; while a batch is on its way the next one fills. No timer is involved, so there is nothing to tune.
 *
 * <p><b>Every record is stored once and in order.</b> Each run of a stream is an idempotent producer of its own: its batches carry
 * sequence numbers, so what is sent again after a lost answer is not stored twice, and the records of a partition keep their
 * order. Retriable failures are retried for {@link ProducerSettings#deliveryTimeout()}; then, and on any other failure, the
 * stream fails with a {@link io.tailrace.engine.error.TailraceException} whose code says what happened. A stream that is
 * restarted after a failure is a new producer: records that had no answer may be stored a second time when sent again.
 *
 * <p><b>Bounded.</b> No more than {@link ProducerSettings#bufferBytes()} are held; beyond, upstream is backpressured. When
 * upstream finishes everything is sent and the stream completes when all of it is acknowledged; when upstream fails, what was
 * accepted is sent before the failure is passed on.
 */
public final class Producer {
    private Producer() {}

    /** A sink that completes when every record is acknowledged, and fails with the first failure that cannot be retried. */
    public static <K, V> Sink<ProducerRecord<K, V>, CompletionStage<Done>> plainSink(ProducerSettings<K, V> settings) {
        return Sink.fromGraph(new ProducerSinkStage<>(settings));
    }

    /**
     * A flow that stores the records of each envelope and then emits its result, in the order of the envelopes. If downstream
     * cancels, what was accepted is still sent.
     */
    public static <K, V, P> Flow<Envelope<K, V, P>, Results<K, V, P>, NotUsed> flexiFlow(
            ProducerSettings<K, V> settings) {
        return Flow.fromGraph(new ProducerFlowStage<>(settings));
    }

    /** The same for streams with context; the context comes out as the pass-through too. */
    public static <K, V, C> FlowWithContext<Envelope<K, V, NotUsed>, C, Results<K, V, C>, C, NotUsed> flowWithContext(
            ProducerSettings<K, V> settings) {
        Flow<Pair<Envelope<K, V, NotUsed>, C>, Pair<Results<K, V, C>, C>, NotUsed> pairs =
                Flow.<Pair<Envelope<K, V, NotUsed>, C>>create()
                        .map(pair -> pair.first().withPassThrough(pair.second()))
                        .via(Producer.<K, V, C>flexiFlow(settings))
                        .map(results -> Pair.create(results, results.passThrough()));
        return FlowWithContext.fromPairs(pairs);
    }

    /**
     * A sink that stores the records of each envelope and then commits the offset that is its pass-through, in batches. At least once: a
     * failure between the two stores the records again. A {@link ProducerMessage.PassThroughMessage} stores nothing, and its offset is committed.
     *
     * @param <IN> any of the envelopes
     */
    public static <K, V, IN extends Envelope<K, V, ? extends Committable>>
            Sink<IN, CompletionStage<Done>> committableSink(
                    ProducerSettings<K, V> producerSettings, CommitterSettings committerSettings) {
        return Flow.<IN>create()
                .<Envelope<K, V, Committable>>map(Producer::ofCommittable)
                .via(Producer.<K, V, Committable>flexiFlow(producerSettings))
                .map(Results::passThrough)
                .toMat(Committer.sink(committerSettings), Keep.right());
    }

    /** The same for streams whose context is the offset, such as those of {@link Consumer#sourceWithOffsetContext}; what the envelopes pass through is left out. */
    public static <K, V, IN extends Envelope<K, V, ?>, C extends Committable>
            Sink<Pair<IN, C>, CompletionStage<Done>> committableSinkWithOffsetContext(
                    ProducerSettings<K, V> producerSettings, CommitterSettings committerSettings) {
        return Flow.<Pair<IN, C>>create()
                .map(pair -> pair.first().<C>withPassThrough(pair.second()))
                .toMat(Producer.committableSink(producerSettings, committerSettings), Keep.right());
    }

    /** What an envelope passes through is only ever read, so one of something more special is as good. */
    @SuppressWarnings("unchecked")
    private static <K, V> Envelope<K, V, Committable> ofCommittable(Envelope<K, V, ? extends Committable> envelope) {
        return (Envelope<K, V, Committable>) envelope;
    }
}
