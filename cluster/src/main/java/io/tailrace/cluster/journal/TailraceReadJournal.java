package io.tailrace.cluster.journal;

import org.apache.pekko.NotUsed;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.ReadJournal;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The read journal {@code tailrace.query} for Java: the events of a persistence id as a backpressured stream. At the end of the
 * log a live stream waits in the log for the next event; nothing polls. Deleted events are not there, any other gap fails the
 * stream. An envelope's offset is {@code Offset.sequence(sequenceNr)}, its timestamp the time of the persist.
 *
 * <pre>{@code
 * PersistenceQuery.get(system)
 *     .getReadJournalFor(TailraceReadJournal.class, TailraceReadJournal.IDENTIFIER)
 *     .eventsByPersistenceId("order-7", 0, Long.MAX_VALUE)
 * }</pre>
 */
public final class TailraceReadJournal
        implements ReadJournal, EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery {
    /** The plugin's id. */
    public static final String IDENTIFIER = "tailrace.query";

    private final EventQuery query;

    TailraceReadJournal(EventQuery query) {
        this.query = query;
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(
            String persistenceId, long fromSequenceNr, long toSequenceNr) {
        return query.events(persistenceId, fromSequenceNr, toSequenceNr, true);
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(
            String persistenceId, long fromSequenceNr, long toSequenceNr) {
        return query.events(persistenceId, fromSequenceNr, toSequenceNr, false);
    }
}
