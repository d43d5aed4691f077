package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerMessage.Message;
import io.tailrace.streams.ProducerMessage.Result;
import io.tailrace.streams.ProducerMessage.Results;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Writes to topics without a stream.
 *
 * <pre>{@code
 * SendProducer<String, String> producer = new SendProducer<>(settings);
 * producer.send(ProducerRecord.of("greetings", "hello")).thenAccept(where -> log(where.offset()));
 * }</pre>
 *
 * <p>Safe for use by many threads; records that one thread sends to one partition are stored in that order. Nobody backpressures
 * a caller, so sending never waits: while {@link ProducerSettings#parallelism()} sends have no answer, further ones are refused
 * with {@link io.tailrace.engine.error.ErrorCode#PARTITION_BUSY}; send again when earlier ones have been answered. Of those taken
 * in, {@link ProducerSettings#bufferBytes()} are held as bytes, the others as the objects that they are.
 *
 * <p>A failure concerns the records it is about and the unanswered ones behind them in the same partition; the producer goes on.
 */
public final class SendProducer<K, V> {
    private final ProducerSettings<K, V> settings;
    private final BoundedSourceQueue<PendingEnvelope<K, V, ?>> queue;
    private final ProducerSendStage.Control stage;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final Map<PendingEnvelope<K, V, ?>, CompletableFuture<?>> results = new ConcurrentHashMap<>();
    private final CompletableFuture<Done> closed = new CompletableFuture<>();

    /** A producer on the settings' node, which runs in that node's actor system. */
    public SendProducer(ProducerSettings<K, V> settings) {
        this(settings, settings.tailrace().system());
    }

    /** The same, running in that actor system. */
    public SendProducer(ProducerSettings<K, V> settings, ClassicActorSystemProvider system) {
        this.settings = settings;
        Pair<BoundedSourceQueue<PendingEnvelope<K, V, ?>>, ProducerSendStage.Control> running =
                Source.<PendingEnvelope<K, V, ?>>queue(settings.parallelism())
                        .toMat(Sink.fromGraph(new ProducerSendStage<>(settings)), Keep.both())
                        .run(system);
        this.queue = running.first();
        this.stage = running.second();
        stage.ended().whenComplete((done, failure) -> {
            results.values().forEach(result -> result.completeExceptionally(isClosed()));
            closed.complete(Done.getInstance());
        });
    }

    /**
     * Stores one record. The stage completes when it is acknowledged, or fails with a
     * {@link io.tailrace.engine.error.TailraceException}; it does so on the producer's thread, so do not block in what follows it.
     */
    public CompletionStage<RecordMetadata> send(ProducerRecord<K, V> record) {
        return sendEnvelope(new Message<>(record, NotUsed.getInstance()))
                .thenApply(results -> ((Result<K, V, NotUsed>) results).metadata());
    }

    /** Stores the records of an envelope. The stage completes when all are acknowledged, or fails with the first failure. */
    public <P> CompletionStage<Results<K, V, P>> sendEnvelope(Envelope<K, V, P> envelope) {
        CompletableFuture<Results<K, V, P>> result = new CompletableFuture<>();
        PendingEnvelope<K, V, P> pending = new PendingEnvelope<>(envelope, done -> settle(done, result));
        if (pending.isDone()) {
            result.complete(pending.results());
        } else if (unanswered.incrementAndGet() > settings.parallelism()) {
            unanswered.decrementAndGet();
            result.completeExceptionally(isFull());
        } else {
            results.put(pending, result);
            offer(pending, result);
        }
        return result.minimalCompletionStage();
    }

    private void offer(PendingEnvelope<K, V, ?> pending, CompletableFuture<?> result) {
        QueueOfferResult offered = queue.offer(pending);
        if (!offered.isEnqueued()) {
            forget(pending);
            result.completeExceptionally(offered == QueueOfferResult.dropped() ? isFull() : isClosed());
        } else if (closed.isDone()) {
            result.completeExceptionally(isClosed());
        }
    }

    private <P> void settle(PendingEnvelope<K, V, P> pending, CompletableFuture<Results<K, V, P>> result) {
        forget(pending);
        TailraceException failure = pending.failure();
        if (failure == null) {
            result.complete(pending.results());
        } else {
            result.completeExceptionally(failure);
        }
    }

    private void forget(PendingEnvelope<K, V, ?> pending) {
        results.remove(pending);
        unanswered.decrementAndGet();
    }

    /**
     * Takes no more records and sends those that it has. The stage completes when all are answered, at the latest after
     * {@link ProducerSettings#closeTimeout()}; what then has no answer fails with
     * {@link io.tailrace.engine.error.ErrorCode#CLOSED}. Idempotent.
     */
    public CompletionStage<Done> close() {
        if (!queue.isCompleted()) {
            queue.complete();
        }
        stage.close();
        return closed.minimalCompletionStage();
    }

    private TailraceException isFull() {
        return new TailraceException(
                ErrorCode.PARTITION_BUSY,
                settings.parallelism() + " sends have no answer yet: send again when some of them have.");
    }

    private static TailraceException isClosed() {
        return new TailraceException(
                ErrorCode.CLOSED, "The producer is closed; a record that has had no answer may have been stored.");
    }

    @Override
    public String toString() {
        return "SendProducer[" + settings + "]";
    }
}
