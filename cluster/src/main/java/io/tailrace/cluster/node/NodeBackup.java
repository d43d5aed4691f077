package io.tailrace.cluster.node;

import io.tailrace.cluster.backup.BackupManifest;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.CopiedLog;
import io.tailrace.engine.log.DiskFullException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.ReplicaCopy;
import io.tailrace.engine.replication.Replicas;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Copies what a node has while it runs (decision 43). First the internal partitions, all as of one moment, since the catalogue's snapshots and its events, and those of the
 * groups, mean nothing without each other; then each topic's partition by itself, so that records are there of what groups have committed. A partition's promise is taken
 * behind its log, which has no epoch that was not promised.
 */
final class NodeBackup {
    /** A log that is cut again and again is not in order. */
    private static final int MOST_ROUNDS = 10;

    private final DataDirectory directory;
    private final Replicas replicas;
    private final FileStore files;
    private final String nodeName;
    private final InstantSource clock;
    private final AtomicBoolean underWay = new AtomicBoolean();

    NodeBackup(DataDirectory directory, Replicas replicas, FileStore files, String nodeName, InstantSource clock) {
        this.directory = directory;
        this.replicas = replicas;
        this.files = files;
        this.nodeName = nodeName;
        this.clock = clock;
    }

    /** A replica whose files are being copied. */
    private record Copying(String name, Replica replica, ReplicaCopy copy) {}

    /**
     * Makes a backup. Blocking.
     *
     * @param target absolute; not there yet, or empty
     * @param topics names by id, for who looks at the manifest
     * @throws TailraceException INVALID_ARGUMENT, LIMIT_EXCEEDED while another is being made, DISK_FULL, IO_FAILED, CORRUPT_LOG, CLOSED
     */
    BackupManifest create(Path target, Map<UUID, String> topics) {
        if (!underWay.compareAndSet(false, true)) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED, "The node is making a backup already: wait until that is done.");
        }
        try {
            return copy(target, topics);
        } catch (DiskFullException e) {
            throw new TailraceException(
                    ErrorCode.DISK_FULL,
                    "No room for the backup in " + target + ": delete older ones, or name another place.",
                    e);
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The backup in " + target + " cannot be written (" + e.getMessage() + "): name another place.",
                    e);
        } finally {
            underWay.set(false);
        }
    }

    private BackupManifest copy(Path target, Map<UUID, String> topics) throws IOException {
        Instant createdAt = clock.instant();
        requireFresh(target);
        Path partitions = target.resolve(BackupManifest.PARTITIONS);
        files.createDirectories(partitions);
        List<String> internal = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String name : replicas.names()) {
            (isInternal(name) ? internal : others).add(name);
        }
        List<BackupManifest.Entry> entries = new ArrayList<>(together(internal, partitions, topics));
        for (String name : others) {
            try {
                entries.addAll(together(List.of(name), partitions, topics));
            } catch (TailraceException e) {
                if (e.code() != ErrorCode.UNKNOWN_TOPIC) {
                    throw e;
                }
                files.deleteDirectory(partitions.resolve(name));
            }
        }
        files.syncDirectory(partitions);
        BackupManifest manifest =
                new BackupManifest(createdAt, directory.nodeId(), nodeName, directory.membership(), entries);
        manifest.write(files, target);
        return manifest;
    }

    private void requireFresh(Path target) throws IOException {
        Path data = directory.path().toAbsolutePath().normalize();
        if (!target.isAbsolute() || target.normalize().startsWith(data) || data.startsWith(target.normalize())) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A backup cannot be made in " + target + ": name a directory by its whole path, outside of " + data
                            + ".");
        }
        if (files.exists(target)
                && !(files.isDirectory(target) && files.list(target).isEmpty())) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT, target + " is there already, and not empty: name a new directory.");
        }
    }

    private static boolean isInternal(String name) {
        try {
            return InternalPartition.is(PartitionId.parse(name));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Copies these as of one moment. */
    private List<BackupManifest.Entry> together(List<String> names, Path partitions, Map<UUID, String> topics) {
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<Copying> all = new ArrayList<>();
            for (String name : names) {
                Replica replica = replicas.openAsItIs(name);
                all.add(new Copying(name, replica, replica.newCopy(partitions.resolve(name))));
            }
            List<BackupManifest.Entry> copied = copy(all, topics);
            if (copied.size() == all.size()) {
                return copied;
            }
        }
        throw new TailraceException(
                ErrorCode.IO_FAILED,
                "The logs " + names + " were cut " + MOST_ROUNDS
                        + " times while they were copied: look into the node's log, then try again.");
    }

    /** Fewer entries than that if something was cut meanwhile. */
    private List<BackupManifest.Entry> copy(List<Copying> all, Map<UUID, String> topics) {
        all.forEach(each -> each.copy().prepare());
        try {
            all.forEach(each -> each.copy().freeze());
            all.forEach(each -> each.copy().capture());
        } finally {
            all.forEach(each -> each.copy().thaw());
        }
        List<BackupManifest.Entry> copied = new ArrayList<>();
        for (Copying each : all) {
            long committed = Math.max(0, each.replica().highWatermark().offset());
            CopiedLog log = each.copy().complete();
            if (log == null) {
                return copied;
            }
            copied.add(new BackupManifest.Entry(
                    each.name(),
                    topics.getOrDefault(topicOf(each.name()), ""),
                    Math.min(committed, log.endOffset()),
                    directory.promises().stored(each.name()),
                    log));
        }
        return copied;
    }

    private static UUID topicOf(String name) {
        try {
            return PartitionId.parse(name).topicId();
        } catch (IllegalArgumentException e) {
            return new UUID(0, 0);
        }
    }
}
