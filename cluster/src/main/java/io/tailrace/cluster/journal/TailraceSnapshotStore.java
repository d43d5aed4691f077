package io.tailrace.cluster.journal;

import com.typesafe.config.Config;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import scala.Option;
import scala.concurrent.Future;

/**
 * The Pekko Persistence snapshot store {@code tailrace.snapshot-store}: the snapshots of a persistence id in a partition of
 * their own.
 *
 * <p>Loading takes the snapshot that was saved last, of those that match. One that is damaged or cannot be deserialized fails
 * the recovery, and is not passed over for an older one: the events between the two may have been deleted. Who knows that
 * all events are there sets {@code snapshot-is-optional = true}, and Pekko replays them instead.
 */
public final class TailraceSnapshotStore extends SnapshotStore {
    /** The plugin's id. */
    public static final String PLUGIN_ID = "tailrace.snapshot-store";
    /** The kind of partition that the snapshots lie in; see {@link io.tailrace.cluster.placement.InternalPartition#of}. */
    public static final String PARTITION_KIND = "snapshot";

    private static final int LARGEST_SNAPSHOT = 48 << 20;

    private final Config config;
    private final PluginNode node = PluginNode.of(context().system());
    private final Clock clock = Clock.systemUTC();
    private final Payloads payloads = new Payloads(context().system());
    /** As many as the node allows persistence ids. */
    private final Map<String, SnapshotLog> logs = new ConcurrentHashMap<>();

    /** Called by Pekko with the plugin's settings. */
    public TailraceSnapshotStore(Config config) {
        this.config = config;
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return Stages.asScala(Stages.stage(() -> log(persistenceId)
                .load(snapshot -> criteria.matches(metadata(persistenceId, snapshot)))
                .thenApply(found -> found.map(snapshot -> selected(persistenceId, snapshot)))));
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        return Stages.asScala(Stages.stage(() -> {
            Payload payload = payloads.toPayload(snapshot);
            long limit = limit();
            int bytes = payload.bytes().remaining();
            if (bytes > limit) {
                throw new TailraceException(
                        ErrorCode.RECORD_TOO_LARGE,
                        "A snapshot of " + metadata.persistenceId() + " has " + bytes + " bytes, " + limit
                                + " are allowed: keep less state, or raise max-snapshot-bytes.");
            }
            Option<Object> extra = metadata.metadata();
            return log(metadata.persistenceId())
                    .save(new SnapshotRecord.Snapshot(
                            metadata.sequenceNr(),
                            metadata.timestamp(),
                            payload,
                            extra.isEmpty() ? null : payloads.toPayload(extra.get())));
        }));
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        // Pekko's way to say: whatever its timestamp.
        boolean anyTime = metadata.timestamp() == 0;
        return delete(
                metadata.persistenceId(),
                new SnapshotRecord.Deletion(
                        metadata.sequenceNr(),
                        metadata.sequenceNr(),
                        metadata.timestamp(),
                        anyTime ? Long.MAX_VALUE : metadata.timestamp()));
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return delete(
                persistenceId,
                new SnapshotRecord.Deletion(
                        criteria.minSequenceNr(),
                        criteria.maxSequenceNr(),
                        criteria.minTimestamp(),
                        criteria.maxTimestamp()));
    }

    private Future<Void> delete(String persistenceId, SnapshotRecord.Deletion deletion) {
        return Stages.asScala(Stages.stage(() -> log(persistenceId).delete(deletion)));
    }

    private SelectedSnapshot selected(String persistenceId, SnapshotRecord.Snapshot snapshot) {
        return SelectedSnapshot.apply(metadata(persistenceId, snapshot), payloads.toObject(snapshot.payload()));
    }

    private SnapshotMetadata metadata(String persistenceId, SnapshotRecord.Snapshot snapshot) {
        SnapshotMetadata metadata =
                SnapshotMetadata.apply(persistenceId, snapshot.sequenceNr(), snapshot.timestampMillis());
        Payload extra = snapshot.metadata();
        return extra == null ? metadata : metadata.withMetadata(payloads.toObject(extra));
    }

    private long limit() {
        long limit = config.getBytes("max-snapshot-bytes");
        if (limit > LARGEST_SNAPSHOT) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "max-snapshot-bytes = " + limit + " is more than a batch can hold: set at most " + LARGEST_SNAPSHOT
                            + ".");
        }
        return limit;
    }

    private SnapshotLog log(String persistenceId) {
        return logs.computeIfAbsent(
                persistenceId, id -> new SnapshotLog(id, node.partition(PARTITION_KIND, id, config), clock));
    }
}
