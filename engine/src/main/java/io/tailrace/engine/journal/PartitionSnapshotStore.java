package io.tailrace.engine.journal;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CheckedFile;
import io.tailrace.engine.partition.PartitionState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * The snapshot store of the partitions' persistent children: files {@code <20-digit sequence number>.snapshot} beside the
 * segments of the log they belong to, the newest two of them. A snapshot that is damaged, of another version or ahead of its
 * log is passed over; replay then begins at an older one.
 */
public final class PartitionSnapshotStore extends SnapshotStore {
    /** The plugin's id. */
    public static final String PLUGIN_ID = "tailrace.partition-snapshot-store";

    private static final int KEPT = 2;
    private static final Pattern FILE_NAME = Pattern.compile("(\\d{20})\\.snapshot");
    private static final Logger LOG = LoggerFactory.getLogger(PartitionSnapshotStore.class);

    private final LedPartitions led = LedPartitions.of(context().system());

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        LedPartitions.Led partition = led.find(persistenceId);
        return FutureConverters.asScala(CompletableFuture.supplyAsync(
                () -> load(partition, persistenceId, criteria.maxSequenceNr()), partition.io()));
    }

    private static Optional<SelectedSnapshot> load(
            LedPartitions.Led partition, String persistenceId, long maxSequenceNr) {
        long limit = Math.min(maxSequenceNr, partition.leadership().log().lastSequenceNr());
        for (long sequenceNr : stored(partition, number -> number <= limit)) {
            Path file = file(partition, sequenceNr);
            try {
                ByteBuffer bytes = CheckedFile.read(
                        partition.files(), file, PartitionStateFormat.MAGIC, PartitionStateFormat.VERSION);
                if (bytes != null) {
                    PartitionStateFormat.Stored stored = PartitionStateFormat.decode(bytes);
                    return Optional.of(SelectedSnapshot.apply(
                            SnapshotMetadata.apply(persistenceId, sequenceNr, stored.timestampMillis()),
                            stored.state()));
                }
                LOG.warn("{} is damaged; an older snapshot is used", file);
            } catch (TailraceException | IOException e) {
                LOG.warn("{}: {}", file, e.getMessage());
            }
        }
        return Optional.empty();
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        LedPartitions.Led partition = led.find(metadata.persistenceId());
        PartitionStateFormat.Stored stored =
                new PartitionStateFormat.Stored(metadata.sequenceNr(), metadata.timestamp(), (PartitionState) snapshot);
        return FutureConverters.asScala(CompletableFuture.runAsync(
                () -> {
                    write(partition, stored);
                    List<Long> all = stored(partition, number -> true);
                    all.stream().skip(KEPT).forEach(number -> remove(partition, number));
                },
                partition.io()));
    }

    private static void write(LedPartitions.Led partition, PartitionStateFormat.Stored stored) {
        try {
            CheckedFile.write(
                    partition.files(),
                    file(partition, stored.sequenceNr()),
                    PartitionStateFormat.MAGIC,
                    PartitionStateFormat.VERSION,
                    PartitionStateFormat.encode(stored));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        LedPartitions.Led partition = led.find(metadata.persistenceId());
        return delete(partition, number -> number == metadata.sequenceNr());
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return delete(
                led.find(persistenceId),
                number -> number >= criteria.minSequenceNr() && number <= criteria.maxSequenceNr());
    }

    private static Future<Void> delete(LedPartitions.Led partition, LongPredicate which) {
        return FutureConverters.asScala(CompletableFuture.runAsync(
                () -> stored(partition, which).forEach(number -> remove(partition, number)), partition.io()));
    }

    /** Sequence numbers of the snapshots there, the newest first. */
    private static List<Long> stored(LedPartitions.Led partition, LongPredicate which) {
        List<String> names;
        try {
            names = partition.files().list(partition.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names.stream()
                .map(FILE_NAME::matcher)
                .filter(Matcher::matches)
                .map(name -> Long.parseLong(name.group(1)))
                .filter(which::test)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private static void remove(LedPartitions.Led partition, long sequenceNr) {
        try {
            partition.files().delete(file(partition, sequenceNr));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path file(LedPartitions.Led partition, long sequenceNr) {
        return partition.directory().resolve(String.format("%020d.snapshot", sequenceNr));
    }
}
