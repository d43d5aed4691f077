package io.tailrace.cluster.journal;

import org.apache.pekko.NotUsed;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.scaladsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.scaladsl.ReadJournal;
import org.apache.pekko.stream.scaladsl.Source;

/** The read journal {@code tailrace.query} for Scala; {@link TailraceReadJournal} says what it does. */
public final class TailraceScalaReadJournal
        implements ReadJournal, EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery {
    private final EventQuery query;

    TailraceScalaReadJournal(EventQuery query) {
        this.query = query;
    }

    @Override
    public Source<EventEnvelope, NotUsed> eventsByPersistenceId(
            String persistenceId, long fromSequenceNr, long toSequenceNr) {
        return query.events(persistenceId, fromSequenceNr, toSequenceNr, true).asScala();
    }

    @Override
    public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(
            String persistenceId, long fromSequenceNr, long toSequenceNr) {
        return query.events(persistenceId, fromSequenceNr, toSequenceNr, false).asScala();
    }
}
