package io.tailrace.engine.replication;

import io.tailrace.engine.log.FileStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * What a process gives to each of its replicas.
 *
 * @param nodeId of the node that they live on, for good
 * @param promises of their volume; not closed with them
 * @param bootId of the machine, another after each of its starts
 * @param io for blocking work
 * @param network the way to replicas on other nodes
 * @param snapshots makes the snapshots of the replica in that directory
 * @param listener hears what a person may want to know
 */
public record ReplicaHome(
        String nodeId,
        FileStore files,
        PromiseJournal promises,
        FlushMode flush,
        String bootId,
        InstantSource clock,
        Executor io,
        ReplicaNetwork network,
        Function<Path, SnapshotMaker> snapshots,
        ReplicaListener listener) {
    /** Of a process whose replicas are the only voters of their logs. */
    public static ReplicaHome alone(
            String nodeId,
            FileStore files,
            PromiseJournal promises,
            FlushMode flush,
            InstantSource clock,
            Executor io) {
        return new ReplicaHome(
                nodeId,
                files,
                promises,
                flush,
                "",
                clock,
                io,
                ReplicaNetwork.NONE,
                directory -> SnapshotMaker.NONE,
                ReplicaListener.NONE);
    }
}
