package io.tailrace.engine.journal;

import io.tailrace.engine.partition.PartitionState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * The snapshot store of the partitions' persistent children: a thin plugin over {@link SnapshotFiles}. A snapshot that is
 * damaged or of another version is passed over; replay then begins at an older one.
 */
public final class PartitionSnapshotStore extends SnapshotStore {
    /** The plugin's id. */
    public static final String PLUGIN_ID = "tailrace.partition-snapshot-store";

    private final LedPartitions led = LedPartitions.of(context().system());

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        LedPartitions.Led partition = led.find(persistenceId);
        return FutureConverters.asScala(CompletableFuture.supplyAsync(
                () -> {
                    partition.snapshots().removeStale();
                    return partition
                            .snapshots()
                            .newest(criteria.maxSequenceNr())
                            .map(stored -> selected(persistenceId, stored));
                },
                partition.io()));
    }

    private static SelectedSnapshot selected(String persistenceId, PartitionStateFormat.Stored stored) {
        return SelectedSnapshot.apply(
                SnapshotMetadata.apply(persistenceId, stored.sequenceNr(), stored.timestampMillis()), stored.state());
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        PartitionStateFormat.Stored stored =
                new PartitionStateFormat.Stored(metadata.sequenceNr(), metadata.timestamp(), (PartitionState) snapshot);
        LedPartitions.Led partition = led.find(metadata.persistenceId());
        return FutureConverters.asScala(
                CompletableFuture.runAsync(() -> partition.snapshots().write(stored), partition.io()));
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        return delete(metadata.persistenceId(), metadata.sequenceNr(), metadata.sequenceNr());
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return delete(persistenceId, criteria.minSequenceNr(), criteria.maxSequenceNr());
    }

    private Future<Void> delete(String persistenceId, long from, long to) {
        LedPartitions.Led partition = led.find(persistenceId);
        return FutureConverters.asScala(
                CompletableFuture.runAsync(() -> partition.snapshots().delete(from, to), partition.io()));
    }
}
