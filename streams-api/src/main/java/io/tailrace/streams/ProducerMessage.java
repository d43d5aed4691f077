package io.tailrace.streams;

import java.util.Collection;
import java.util.List;
import org.apache.pekko.NotUsed;

/** What goes into {@link Producer#flexiFlow} and what comes out. */
public final class ProducerMessage {
    private ProducerMessage() {}

    /**
     * Something to produce - one record, several, or none - with an element that is passed through to the result.
     *
     * @param <P> the type of that element
     */
    public sealed interface Envelope<K, V, P> permits Message, MultiMessage, PassThroughMessage {
        /** The element that comes out again with the result. */
        P passThrough();

        /** The same with another element. */
        <Q> Envelope<K, V, Q> withPassThrough(Q value);
    }

    /** One record; comes out as {@link Result}. */
    public record Message<K, V, P>(ProducerRecord<K, V> record, P passThrough) implements Envelope<K, V, P> {
        @Override
        public <Q> Message<K, V, Q> withPassThrough(Q value) {
            return new Message<>(record, value);
        }
    }

    /** Several records; comes out as {@link MultiResult} when all are stored. They are not stored atomically. */
    public record MultiMessage<K, V, P>(List<ProducerRecord<K, V>> records, P passThrough)
            implements Envelope<K, V, P> {
        /** Takes a copy of the list. */
        public MultiMessage {
            records = List.copyOf(records);
        }

        /** The same for what is no list. */
        public MultiMessage(Collection<ProducerRecord<K, V>> records, P passThrough) {
            this(List.copyOf(records), passThrough);
        }

        @Override
        public <Q> MultiMessage<K, V, Q> withPassThrough(Q value) {
            return new MultiMessage<>(records, value);
        }
    }

    /** No record; comes out as {@link PassThroughResult} in its turn. */
    public record PassThroughMessage<K, V, P>(P passThrough) implements Envelope<K, V, P> {
        @Override
        public <Q> PassThroughMessage<K, V, Q> withPassThrough(Q value) {
            return new PassThroughMessage<>(value);
        }
    }

    /** What became of an {@link Envelope}: everything in it is stored. */
    public sealed interface Results<K, V, P> permits Result, MultiResult, PassThroughResult {
        /** The element that came in with the envelope. */
        P passThrough();
    }

    /** A {@link Message} is stored. */
    public record Result<K, V, P>(RecordMetadata metadata, Message<K, V, P> message) implements Results<K, V, P> {
        /** The record's place in its partition. */
        public long offset() {
            return metadata.offset();
        }

        @Override
        public P passThrough() {
            return message.passThrough();
        }
    }

    /** One record of a {@link MultiMessage} and where it is. */
    public record MultiResultPart<K, V>(RecordMetadata metadata, ProducerRecord<K, V> record) {}

    /** All records of a {@link MultiMessage} are stored; the parts stand in the order of its records. */
    public record MultiResult<K, V, P>(List<MultiResultPart<K, V>> parts, P passThrough) implements Results<K, V, P> {
        /** The same as {@link #parts()}, under the name that users of pekko-connectors-kafka know. */
        public Collection<MultiResultPart<K, V>> getParts() {
            return parts;
        }
    }

    /** A {@link PassThroughMessage} has passed. */
    public record PassThroughResult<K, V, P>(P passThrough) implements Results<K, V, P> {}

    /** One record. */
    public static <K, V> Envelope<K, V, NotUsed> single(ProducerRecord<K, V> record) {
        return new Message<>(record, NotUsed.getInstance());
    }

    /** One record and an element to pass through. */
    public static <K, V, P> Envelope<K, V, P> single(ProducerRecord<K, V> record, P passThrough) {
        return new Message<>(record, passThrough);
    }

    /** Several records. */
    public static <K, V> Envelope<K, V, NotUsed> multi(Collection<ProducerRecord<K, V>> records) {
        return new MultiMessage<>(List.copyOf(records), NotUsed.getInstance());
    }

    /** Several records and an element to pass through. */
    public static <K, V, P> Envelope<K, V, P> multi(Collection<ProducerRecord<K, V>> records, P passThrough) {
        return new MultiMessage<>(List.copyOf(records), passThrough);
    }

    /** No record, for flows with context. */
    public static <K, V> Envelope<K, V, NotUsed> passThrough() {
        return new PassThroughMessage<>(NotUsed.getInstance());
    }

    /** No record, but an element to pass through. */
    public static <K, V, P> Envelope<K, V, P> passThrough(P passThrough) {
        return new PassThroughMessage<>(passThrough);
    }
}
