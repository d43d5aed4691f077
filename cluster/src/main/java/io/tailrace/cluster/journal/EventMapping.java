package io.tailrace.cluster.journal;

import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** Between Pekko's events and those of the log. */
final class EventMapping {
    private final Payloads payloads;
    private final Clock clock;

    EventMapping(Payloads payloads, Clock clock) {
        this.payloads = payloads;
        this.clock = clock;
    }

    /**
     * The write as the log takes it.
     *
     * @throws TailraceException SERIALIZATION_FAILED or RECORD_TOO_LARGE: it has to be rejected
     */
    EventWrite toWrite(AtomicWrite write) {
        int idBytes = write.persistenceId().getBytes(StandardCharsets.UTF_8).length;
        List<JournalRecord.Event> events = new ArrayList<>();
        long bytes = io.tailrace.engine.record.RecordBatch.HEADER_BYTES;
        for (PersistentRepr repr : CollectionConverters.asJava(write.payload())) {
            JournalRecord.Event event = toEvent(repr);
            events.add(event);
            bytes += JournalRecord.sizeOf(event, idBytes);
        }
        int limit = InternalPartition.MAX_MESSAGE_BYTES;
        if (bytes > limit) {
            throw new TailraceException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "The events of one persist of " + write.persistenceId() + " take about " + bytes + " bytes, "
                            + limit + " are allowed: persist smaller events, or fewer at once.");
        }
        return new EventWrite(write.lowestSequenceNr(), write.highestSequenceNr(), writer(write), events, bytes);
    }

    /** What is left of a write that is rejected: its place. */
    static EventWrite rejected(AtomicWrite write) {
        return new EventWrite(write.lowestSequenceNr(), write.highestSequenceNr(), writer(write), List.of(), 0);
    }

    private static String writer(AtomicWrite write) {
        return write.payload().head().writerUuid();
    }

    private JournalRecord.Event toEvent(PersistentRepr repr) {
        Object payload = repr.payload();
        List<String> tags = List.of();
        if (payload instanceof Tagged tagged) {
            payload = tagged.payload();
            tags = List.copyOf(CollectionConverters.asJava(tagged.tags()));
        }
        Option<Object> metadata = repr.metadata();
        return new JournalRecord.Event(
                repr.sequenceNr(),
                0,
                payloads.toPayload(payload),
                repr.manifest(),
                repr.writerUuid(),
                repr.timestamp() > 0 ? repr.timestamp() : clock.millis(),
                tags,
                metadata.isEmpty() ? null : payloads.toPayload(metadata.get()));
    }

    /** The event as Pekko replays it. */
    PersistentRepr toRepr(JournalRecord.Event event, String persistenceId) {
        PersistentRepr repr = PersistentRepr.apply(
                        payloads.toObject(event.payload()),
                        event.sequenceNr(),
                        persistenceId,
                        event.eventManifest(),
                        false,
                        org.apache.pekko.actor.ActorRef.noSender(),
                        event.writer())
                .withTimestamp(event.timestampMillis());
        Payload metadata = event.metadata();
        return metadata == null ? repr : repr.withMetadata(payloads.toObject(metadata));
    }
}
