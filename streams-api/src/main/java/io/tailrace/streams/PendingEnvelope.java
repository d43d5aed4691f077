package io.tailrace.streams;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ProducerMessage.Envelope;
import io.tailrace.streams.ProducerMessage.Message;
import io.tailrace.streams.ProducerMessage.MultiMessage;
import io.tailrace.streams.ProducerMessage.MultiResult;
import io.tailrace.streams.ProducerMessage.MultiResultPart;
import io.tailrace.streams.ProducerMessage.PassThroughMessage;
import io.tailrace.streams.ProducerMessage.PassThroughResult;
import io.tailrace.streams.ProducerMessage.Result;
import io.tailrace.streams.ProducerMessage.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An envelope on its way: how many of its records are taken in, which are stored, and its result when all are. */
final class PendingEnvelope<K, V, P> {
    private final Envelope<K, V, P> envelope;
    private final List<ProducerRecord<K, V>> records;
    private final @Nullable RecordMetadata[] stored;
    private final Consumer<PendingEnvelope<K, V, P>> onDone;
    private int accepted;
    private int unanswered;
    private @Nullable TailraceException failure;

    /** Calls {@code onDone} once, when all records are answered for; never for an envelope without records. */
    PendingEnvelope(Envelope<K, V, P> envelope, Consumer<PendingEnvelope<K, V, P>> onDone) {
        this.envelope = envelope;
        this.onDone = onDone;
        if (envelope instanceof Message<K, V, P> message) {
            this.records = List.of(message.record());
        } else if (envelope instanceof MultiMessage<K, V, P> message) {
            this.records = message.records();
        } else {
            this.records = List.of();
        }
        this.stored = new RecordMetadata[records.size()];
        this.unanswered = records.size();
    }

    /** Takes in the records that are not in yet; false if a topic has to be looked up first. Throws what the core throws. */
    boolean accept(ProducerCore<K, V> core) {
        while (accepted < records.size()) {
            if (!core.accept(records.get(accepted), new Part(accepted))) {
                return false;
            }
            accepted++;
        }
        return true;
    }

    /** The record that is next is refused, and with it those behind. */
    void refuse(TailraceException error) {
        fail(error);
        answered(records.size() - accepted);
        accepted = records.size();
    }

    boolean isDone() {
        return unanswered == 0;
    }

    @Nullable
    TailraceException failure() {
        return failure;
    }

    /** When done without failure. */
    Results<K, V, P> results() {
        if (envelope instanceof Message<K, V, P> message) {
            return new Result<>(Objects.requireNonNull(stored[0]), message);
        }
        if (envelope instanceof PassThroughMessage<K, V, P> message) {
            return new PassThroughResult<>(message.passThrough());
        }
        List<MultiResultPart<K, V>> parts = new ArrayList<>(stored.length);
        for (int i = 0; i < stored.length; i++) {
            parts.add(new MultiResultPart<>(Objects.requireNonNull(stored[i]), records.get(i)));
        }
        return new MultiResult<>(List.copyOf(parts), envelope.passThrough());
    }

    private void fail(TailraceException error) {
        if (failure == null) {
            failure = error;
        }
    }

    private void answered(int count) {
        unanswered -= count;
        if (unanswered == 0) {
            onDone.accept(this);
        }
    }

    private final class Part extends Delivery {
        private final int index;

        Part(int index) {
            this.index = index;
        }

        @Override
        void stored(RecordMetadata metadata) {
            stored[index] = metadata;
            answered(1);
        }

        @Override
        void failed(TailraceException error) {
            fail(error);
            answered(1);
        }
    }
}
