package io.tailrace.streams;

import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerMessage.Results;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * Writes to topics without a stream.
 *
 * <pre>{@code
 * SendProducer<String, String> producer = new SendProducer<>(settings);
 * producer.send(ProducerRecord.of("greetings", "hello")).thenAccept(where -> log(where.offset()));
 * }</pre>
 *
 * <p>Safe for use by many threads; records that one thread sends to one partition are stored in that order. Nobody backpressures
 * a caller, so sending never waits: when {@link ProducerSettings#parallelism()} sends or
 * {@link ProducerSettings#bufferBytes()} are unanswered, further ones are refused with
 * {@link io.tailrace.engine.error.ErrorCode#PARTITION_BUSY}; send again when earlier ones have been answered.
 *
 * <p>A failure concerns the records it is about and the unanswered ones behind them in the same partition; the producer goes on.
 */
public final class SendProducer<K, V> {
    private final ProducerSettings<K, V> settings;

    /** A producer on the settings' node. */
    public SendProducer(ProducerSettings<K, V> settings) {
        this.settings = settings;
    }

    /**
     * Stores one record. The stage completes when it is acknowledged, or fails with a
     * {@link io.tailrace.engine.error.TailraceException}.
     */
    public CompletionStage<RecordMetadata> send(ProducerRecord<K, V> record) {
        return CompletableFuture.failedStage(new UnsupportedOperationException());
    }

    /** Stores the records of an envelope. The stage completes when all are acknowledged, or fails with the first failure. */
    public <P> CompletionStage<Results<K, V, P>> sendEnvelope(Envelope<K, V, P> envelope) {
        return CompletableFuture.failedStage(new UnsupportedOperationException());
    }

    /**
     * Takes no more records and sends those that it has. The stage completes when all are answered, at the latest after
     * {@link ProducerSettings#closeTimeout()}; what then has no answer fails with
     * {@link io.tailrace.engine.error.ErrorCode#CLOSED}. Idempotent.
     */
    public CompletionStage<Done> close() {
        return CompletableFuture.failedStage(new UnsupportedOperationException());
    }

    @Override
    public String toString() {
        return "SendProducer[" + settings + "]";
    }
}
