package io.tailrace.cluster.replication;

/** A replica's entry with {@link ReplicaLinks}. */
public interface Registration extends AutoCloseable {
    /** Takes it out: what comes for it from now on is dropped and counted. Idempotent. */
    @Override
    void close();
}
