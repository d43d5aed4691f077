package io.tailrace.streams;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Headers;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Stores records that could not be decoded, byte for byte as they were, with headers behind their own that say where they were and what was
 * wrong: those of Kafka Connect's dead letter queue (KIP-298). Each partition that is read sends one and waits for it, so no more
 * are on their way than there are partitions. Belongs to one stage.
 */
final class DeadLetters {
    static final String PREFIX = "__connect.errors.";
    static final String TOPIC = PREFIX + "topic";
    static final String PARTITION = PREFIX + "partition";
    static final String OFFSET = PREFIX + "offset";
    /** KEY_CONVERTER or VALUE_CONVERTER. */
    static final String STAGE = PREFIX + "stage";

    static final String EXCEPTION_CLASS = PREFIX + "exception.class.name";
    static final String EXCEPTION_MESSAGE = PREFIX + "exception.message";
    private static final int LONGEST_MESSAGE = 1_000;

    private final ConsumerSettings<?, ?> settings;
    private @Nullable SendProducer<ByteBuffer, ByteBuffer> producer;

    DeadLetters(ConsumerSettings<?, ?> settings) {
        this.settings = settings;
    }

    /** Complete when it is stored, on any thread. */
    CompletionStage<RecordMetadata> send(String topic, UndecodableRecord record) {
        SendProducer<ByteBuffer, ByteBuffer> sender = producer;
        if (sender == null) {
            sender = new SendProducer<>(
                    ProducerSettings.create(settings.tailrace(), Serdes.byteBuffers(), Serdes.byteBuffers())
                            .withClientId(settings.clientId()));
            producer = sender;
        }
        return sender.send(new ProducerRecord<>(
                topic, null, Math.max(0, record.timestamp()), record.key(), record.value(), headers(record)));
    }

    private static Headers headers(UndecodableRecord record) {
        RuntimeException cause = record.cause();
        return record.headers()
                .with(TOPIC, record.topicPartition().topic())
                .with(PARTITION, String.valueOf(record.topicPartition().partition()))
                .with(OFFSET, String.valueOf(record.offset()))
                .with(STAGE, record.part() == UndecodableRecord.Part.KEY ? "KEY_CONVERTER" : "VALUE_CONVERTER")
                .with(EXCEPTION_CLASS, cause.getClass().getName())
                .with(EXCEPTION_MESSAGE, message(cause));
    }

    private static String message(RuntimeException cause) {
        String message = Objects.requireNonNullElse(cause.getMessage(), "");
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE);
    }

    /** What fails the stream. */
    static Throwable failure(String topic, UndecodableRecord record, Throwable cause) {
        return cause instanceof TailraceException error
                ? new TailraceException(
                        error.code(),
                        record.place() + " could not be decoded, and not be stored in " + topic + " either: "
                                + error.getMessage(),
                        error)
                : cause;
    }

    void close() {
        if (producer != null) {
            producer.close();
        }
    }
}
