package io.tailrace.cluster.journal;

import com.typesafe.config.Config;
import io.tailrace.engine.error.TailraceException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import scala.concurrent.Future;

/**
 * The Pekko Persistence journal {@code tailrace.journal}: events in partitions of a Tailrace node, which it starts if the actor
 * system has none. Nothing but {@code tailrace.data-dir} needs to be set.
 *
 * <ul>
 *   <li>An atomic write is stored as a whole or not at all; what cannot be serialized or is larger than a batch may be is
 *       rejected.
 *   <li>A persistence id has one writer. A new incarnation takes over by recovering; what an earlier one still sends
 *       fails with FENCED, also from another process.
 *   <li>What fails retriably is sent again for {@code retry-timeout}; then the write fails, and whether it is stored shows
 *       the next recovery.
 *   <li>A missing or damaged event fails the recovery.
 * </ul>
 */
public final class TailraceJournal extends AsyncWriteJournal {
    /** The plugin's id. */
    public static final String PLUGIN_ID = "tailrace.journal";
    /** The kind of partition that the events lie in; see {@link io.tailrace.cluster.placement.InternalPartition#of}. */
    public static final String PARTITION_KIND = "journal";

    private final Config config;
    private final PluginNode node = PluginNode.of(context().system());
    private final Clock clock = Clock.systemUTC();
    private final EventMapping mapping = new EventMapping(new Payloads(context().system()), clock);
    /** As many as the node allows persistence ids. */
    private final Map<String, EventLog> logs = new ConcurrentHashMap<>();

    /** Called by Pekko with the plugin's settings. */
    public TailraceJournal(Config config) {
        this.config = config;
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> messages) {
        return Stages.asScala(Stages.stage(() -> {
            List<Optional<Exception>> results = new ArrayList<>();
            Map<String, List<EventWrite>> writes = new LinkedHashMap<>();
            for (AtomicWrite message : messages) {
                EventWrite write;
                try {
                    write = mapping.toWrite(message);
                    results.add(Optional.empty());
                } catch (TailraceException e) {
                    write = EventMapping.rejected(message);
                    results.add(Optional.of(e));
                }
                writes.computeIfAbsent(message.persistenceId(), id -> new ArrayList<>())
                        .add(write);
            }
            List<CompletableFuture<Void>> stored = new ArrayList<>();
            writes.forEach((id, ofOne) -> stored.add(log(id).write(ofOne).toCompletableFuture()));
            return CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new))
                    .thenApply(done -> results);
        }));
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
        return Stages.asScala(Stages.stage(() -> log(persistenceId).recover()));
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replay) {
        return Stages.asScala(Stages.stage(() -> partition(persistenceId).reading(view -> new Replay(
                        persistenceId,
                        view,
                        from,
                        to,
                        max,
                        event -> replay.accept(mapping.toRepr(event, persistenceId)))
                .run())));
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long to) {
        return Stages.asScala(Stages.stage(() -> log(persistenceId).deleteTo(to)));
    }

    private JournalPartition partition(String persistenceId) {
        return node.partition(PARTITION_KIND, persistenceId, config);
    }

    private EventLog log(String persistenceId) {
        return logs.computeIfAbsent(persistenceId, id -> {
            JournalPartition partition = partition(id);
            return new EventLog(id, partition, new Claimant(id, partition, clock, WriterEpoch.LAST), clock);
        });
    }
}
