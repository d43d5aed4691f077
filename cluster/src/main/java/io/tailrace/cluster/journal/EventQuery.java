package io.tailrace.cluster.journal;

import com.typesafe.config.Config;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.EventAdapters;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.stream.javadsl.Source;
import scala.jdk.javaapi.CollectionConverters;

/** What both read journals do: the events of one persistence id as a stream, read as the downstream asks for them. */
final class EventQuery {
    private final ExtendedActorSystem system;
    private final Config config;
    private final EventMapping mapping;

    EventQuery(ExtendedActorSystem system, Config config) {
        this.system = system;
        this.config = config;
        this.mapping = new EventMapping(new Payloads(system), Clock.systemUTC());
    }

    /**
     * The events from one sequence number to another.
     *
     * @param live whether to wait for more at the end; if not, it ends where the log ended when the stream began
     */
    Source<EventEnvelope, NotUsed> events(String persistenceId, long from, long to, boolean live) {
        return Source.<List<EventEnvelope>, Reading>unfoldResourceAsync(
                        () -> Stages.stage(() -> open(persistenceId, from, to, live)), Reading::next, Reading::close)
                .mapConcat(events -> events);
    }

    private CompletionStage<Reading> open(String persistenceId, long from, long to, boolean live) {
        EventAdapters adapters = Persistence.get(system).adaptersFor(config.getString("journal-plugin"));
        return PluginNode.of(system)
                .partition(TailraceJournal.PARTITION_KIND, persistenceId, config)
                .open()
                .thenCompose(view -> {
                    Reading reading = new Reading(persistenceId, view, from, to, live, adapters);
                    return reading.reader.seek(from).handle((found, failure) -> {
                        if (failure != null) {
                            view.close();
                            throw new CompletionException(Failures.cause(failure));
                        }
                        return reading;
                    });
                });
    }

    /** A stream's place in the log. */
    private final class Reading {
        private final String persistenceId;
        private final JournalPartition.View view;
        private final EventReader reader;
        private long from;
        private final long to;
        private final boolean live;
        private final EventAdapters adapters;
        private boolean ended;

        Reading(
                String persistenceId,
                JournalPartition.View view,
                long from,
                long to,
                boolean live,
                EventAdapters adapters) {
            this.persistenceId = persistenceId;
            this.view = view;
            this.reader = new EventReader(persistenceId, view);
            this.from = from;
            this.to = to;
            this.live = live;
            this.adapters = adapters;
            this.ended = from > to;
        }

        CompletionStage<Optional<List<EventEnvelope>>> next() {
            if (ended || (!live && reader.isAtEnd())) {
                return CompletableFuture.completedStage(Optional.empty());
            }
            return Stages.recover(reader.next(), ErrorCode.OFFSET_OUT_OF_RANGE, this::stepOverDeleted)
                    .thenApply(this::take);
        }

        /** What was to be read next is deleted: goes on with what is left. */
        private CompletionStage<List<EventReader.Stored>> stepOverDeleted() {
            return reader.seek(from).thenApply(done -> List.of());
        }

        private Optional<List<EventEnvelope>> take(List<EventReader.Stored> events) {
            List<EventEnvelope> envelopes = new ArrayList<>(events.size());
            for (EventReader.Stored stored : events) {
                long sequenceNr = stored.event().sequenceNr();
                if (sequenceNr >= from && sequenceNr <= to) {
                    envelop(stored.event(), envelopes);
                    from = sequenceNr + 1;
                }
                ended |= sequenceNr >= to;
            }
            return Optional.of(envelopes);
        }

        private void envelop(JournalRecord.Event event, List<EventEnvelope> envelopes) {
            PersistentRepr repr = mapping.toRepr(event, persistenceId);
            Object payload = repr.payload();
            for (Object adapted : CollectionConverters.asJava(adapters.get(payload.getClass())
                    .fromJournal(payload, repr.manifest())
                    .events())) {
                envelopes.add(EventEnvelope.apply(
                        Offset.sequence(repr.sequenceNr()),
                        persistenceId,
                        repr.sequenceNr(),
                        adapted,
                        repr.timestamp(),
                        repr.metadata()));
            }
        }

        CompletionStage<Done> close() {
            view.close();
            return CompletableFuture.completedStage(Done.getInstance());
        }
    }
}
