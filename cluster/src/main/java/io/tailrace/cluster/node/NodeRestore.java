package io.tailrace.cluster.node;

import io.tailrace.cluster.backup.BackupManifest;
import io.tailrace.cluster.formation.Membership;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CopiedLog;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.StoredFile;
import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.PromiseJournal;
import io.tailrace.engine.replication.quorum.ReplicaFile;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes a data directory from a backup, which stays as it is (decision 43).
 *
 * <p>A backup has forgotten what its node promised and acknowledged since. So either all nodes of a cluster are restored, as another cluster, in which each replica is
 * who it was and has promised an epoch that no log has ever seen; or the node goes back to its cluster, where each of its replicas is a new one, without a vote before the log names
 * it a voter, which has a part of the log already.
 */
public final class NodeRestore {
    /**
     * How far all replicas' epochs are moved on. The copies of a log were not made at one moment, so one may have an epoch that others have not heard of: what
     * they give next has to be none that any of them has used.
     */
    static final int EPOCHS = 1 << 20;

    private static final int CHUNK_BYTES = 1 << 20;

    private final FileStore files = new DiskFileStore();
    private final Path backup;
    private final Path data;
    private final BackupManifest manifest;

    private NodeRestore(Path backup, Path data) throws IOException {
        this.backup = backup;
        this.data = data;
        this.manifest = BackupManifest.read(files, backup);
    }

    /**
     * Restores. Blocking. Who is interrupted leaves a directory that no node starts on.
     *
     * @param data the data directory to make; not there yet, or empty
     * @param newCluster the id of the cluster that all nodes' backups are restored as, the same for each of them; empty for the node to go back to its
     *     cluster
     * @return what was restored
     * @throws TailraceException INVALID_ARGUMENT, CORRUPT_LOG, DATA_DIR_VERSION, DISK_FULL, IO_FAILED
     */
    public static BackupManifest run(Path backup, Path data, Optional<UUID> newCluster) {
        try {
            NodeRestore restore = new NodeRestore(backup, data);
            restore.run(newCluster);
            return restore.manifest;
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "Restoring " + backup + " to " + data + " failed (" + e.getMessage() + "): delete " + data
                            + " and try again, with more room or another backup.",
                    e);
        }
    }

    private void run(Optional<UUID> newCluster) throws IOException {
        requireUsable(newCluster);
        Path partitions = data.resolve("partitions");
        files.createDirectories(partitions);
        for (BackupManifest.Entry entry : manifest.partitions()) {
            Path place = partitions.resolve(entry.id());
            restore(entry, place);
            if (newCluster.isEmpty()) {
                becomeNew(place);
            }
        }
        // A new replica, too, has promised what its log tells of; that nobody counts on it yet is what its name is for.
        Function<BackupManifest.Entry, Promise> promises =
                newCluster.isEmpty() ? BackupManifest.Entry::promise : NodeRestore::moved;
        try (PromiseJournal journal = PromiseJournal.open(files, data, true)) {
            manifest.partitions().forEach(entry -> journal.store(entry.id(), promises.apply(entry)));
        }
        Membership membership = newCluster
                .map(id -> Membership.member(id, manifest.membership().founders()))
                .orElse(manifest.membership());
        // The last thing: partitions without it belong to nobody.
        new NodeFile(manifest.nodeId(), membership, NodeFile.VERSION).write(files, data.resolve("tailrace.node"));
    }

    private void requireUsable(Optional<UUID> newCluster) throws IOException {
        if (files.exists(data) && !(files.isDirectory(data) && files.list(data).isEmpty())) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT, data + " is there already, and not empty: name a new directory.");
        }
        Membership before = manifest.membership();
        if (before.state() != Membership.State.MEMBER) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The node of that backup was in no cluster yet: there is nothing to restore.");
        }
        if (newCluster.isEmpty() && before.founders().size() == 1 && before.isFounder(manifest.nodeId())) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The node of that backup was its cluster's only founder, so there is nobody who could let it in again: restore it with --new-cluster.");
        }
        if (newCluster.filter(before.clusterId()::equals).isPresent()) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The backup is of cluster " + before.clusterId()
                            + " itself: give another id, or none for a new one.");
        }
    }

    private static Promise moved(BackupManifest.Entry entry) {
        long epoch = Math.max(entry.promise().epoch(), entry.log().lastEpoch()) + (long) EPOCHS;
        if (epoch > Integer.MAX_VALUE - EPOCHS) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "Partition " + entry.id()
                            + " has been restored too often: its epochs are used up. Export and import its topic.");
        }
        return new Promise((int) epoch, UUID.randomUUID());
    }

    private void restore(BackupManifest.Entry entry, Path place) throws IOException {
        Path from = backup.resolve(BackupManifest.PARTITIONS).resolve(entry.id());
        files.createDirectories(place);
        Map<String, Long> counted = entry.log().files().stream()
                .collect(Collectors.toMap(CopiedLog.CopiedFile::name, CopiedLog.CopiedFile::bytes));
        List<String> there = files.list(from);
        for (String name : counted.keySet()) {
            if (!there.contains(name)) {
                throw new TailraceException(
                        ErrorCode.CORRUPT_LOG, from.resolve(name) + " is missing: use another backup.");
            }
        }
        for (String name : there) {
            copy(from.resolve(name), place.resolve(name), counted.get(name));
        }
        files.syncDirectory(place);
    }

    private void copy(Path from, Path to, @Nullable Long counted) throws IOException {
        try (StoredFile source = files.openForRead(from);
                StoredFile target = files.openForWrite(to)) {
            long bytes = counted == null ? source.size() : counted;
            if (source.size() < bytes) {
                throw new TailraceException(
                        ErrorCode.CORRUPT_LOG,
                        from + " has " + source.size() + " bytes, " + bytes + " were there: use another backup.");
            }
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(CHUNK_BYTES, bytes)));
            for (long at = 0; at < bytes; at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), bytes - at));
                source.read(chunk, at);
                target.write(chunk.flip(), at);
            }
            target.force(true);
        }
    }

    private void becomeNew(Path place) throws IOException {
        files.delete(place.resolve("replica"));
        ReplicaFile.create(
                files,
                place,
                new ReplicaId(manifest.nodeId().toString(), UUID.randomUUID().toString()),
                Voters.NONE);
    }
}
