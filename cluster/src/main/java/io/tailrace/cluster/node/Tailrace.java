package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.backup.BackupManifest;
import io.tailrace.cluster.catalog.Placements;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.group.Groups;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.cluster.quota.Quotas;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.engine.partition.Scrubber;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * A Tailrace node in this JVM: topics, their partitions, and the files they lie in.
 *
 * <pre>{@code
 * try (Tailrace tailrace = Tailrace.start(ConfigFactory.parseString("tailrace.data-dir = /var/lib/tailrace"))) {
 *     tailrace.topics().create(NewTopic.of("access", 4)).toCompletableFuture().join();
 *     ...
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads.
 */
public interface Tailrace extends AutoCloseable {
    /**
     * Starts a node with an actor system of its own; returns when it serves. Blocking, about three seconds in a fresh JVM.
     *
     * @param config settings under {@code tailrace}, see reference.conf; what is not there has its default
     * @throws io.tailrace.engine.error.TailraceException INVALID_SETTING, DATA_DIR_IN_USE, DATA_DIR_UNUSABLE,
     *     DATA_DIR_VERSION, CORRUPT_LOG, or CLOSED or CATALOG_UNAVAILABLE if it did not come up within
     *     {@code tailrace.start-timeout}; of one with seeds also FOREIGN_CLUSTER, NODE_NAME_TAKEN, DUPLICATE_NODE_ID, or
     *     CLUSTER_NOT_FORMED if too few of its cluster were there within {@code tailrace.cluster.formation-timeout}
     */
    static Tailrace start(Config config) {
        return NodeStart.own(config);
    }

    /** The same with the defaults and a data directory. */
    static Tailrace start(Path dataDirectory) {
        return start(ConfigFactory.parseMap(java.util.Map.of(
                "tailrace.data-dir", dataDirectory.toAbsolutePath().toString())));
    }

    /**
     * The node of an application's actor system, started on first use with that system's settings, stopped with it. If the
     * system is a cluster member, or can be one ({@code pekko.actor.provider = cluster}), the node lives on it; if not, the
     * node gets an actor system of its own beside it.
     *
     * @throws io.tailrace.engine.error.TailraceException as {@link #start}
     */
    static Tailrace get(ClassicActorSystemProvider system) {
        return TailraceExtension.of(system).node();
    }

    /**
     * The actor system that the node runs on. One that is a member of a cluster with other nodes may have to be replaced: then this is the
     * present one, or the last while there is none. Streams that run on it end with it; those on an application's own system
     * go on.
     */
    ActorSystem<?> system();

    /**
     * Calls the listener with each actor system that takes the place of one that was lost, on a thread of the node's own, which may be
     * blocked. On an application's system, and on a node without seeds, that does not happen.
     */
    default void onNewSystem(Consumer<ActorSystem<?>> listener) {}

    /**
     * Complete when the node has ended: closed, or together with an actor system that it cannot replace. Fails with a
     * {@link io.tailrace.engine.error.TailraceException} that says why if it could not go on with another one.
     */
    default CompletionStage<Done> whenEnded() {
        return system().getWhenTerminated();
    }

    /** The node's name: {@code tailrace.node-name}. */
    String nodeName();

    /**
     * What a node of the cluster is called, as far as this one knows; its id if it does not.
     *
     * @param nodeId as a partition's description has it
     */
    default String nodeName(String nodeId) {
        return nodeName();
    }

    /** Whether it serves: the catalogue is known, and each partition has been started once. {@code false} when it closes. */
    boolean ready();

    /** Where everything durable lies. */
    Path dataDirectory();

    /** Creates and finds topics. */
    Topics topics();

    /**
     * The nodes and what they hold.
     *
     * @throws UnsupportedOperationException if this is no node of a cluster that could move anything
     */
    default Placements placements() {
        throw new UnsupportedOperationException("This is no node of a cluster.");
    }

    /**
     * Consumer groups.
     *
     * @throws UnsupportedOperationException if this is no node that has a coordinator
     */
    default Groups groups() {
        throw new UnsupportedOperationException("This node has no consumer groups.");
    }

    /**
     * How much clients may do.
     *
     * @throws UnsupportedOperationException if this is no node that has a catalogue
     */
    default Quotas quotas() {
        throw new UnsupportedOperationException("This node has no quotas.");
    }

    /** What clients have used of their quotas at this node, for doors to keep to. It stays the same for as long as the node lives. */
    default Throttles throttles() {
        return Throttles.NONE;
    }

    /** Finds and feeds partitions. */
    Partitions partitions();

    /**
     * Copies all that this node has into a directory, while it goes on: what was acknowledged before the call is in it, as far as this node has
     * it. Segments that are not written to any more get a second name there, so it takes little room and time, where it is the same volume.
     *
     * <p>The stage fails with INVALID_ARGUMENT, LIMIT_EXCEEDED while another backup is being made, DISK_FULL, IO_FAILED, CORRUPT_LOG, CLOSED; what is in
     * the directory then is no backup.
     *
     * @param directory absolute; not there yet, or empty
     * @throws UnsupportedOperationException if this is no node that has files
     */
    default CompletionStage<BackupManifest> backup(Path directory) {
        throw new UnsupportedOperationException("This node has no files.");
    }

    /**
     * Who looks for damage in the replicas on this very node.
     *
     * @throws io.tailrace.engine.error.TailraceException NOT_READY between two actor systems
     */
    default Scrubber scrubber() {
        throw new UnsupportedOperationException("This is no node with replicas.");
    }

    /**
     * Has that closed first when the node is closed, or its actor system ended in order, while topics, partitions and groups still serve; not when the node has lost its cluster.
     * Waited for 75 s at most.
     *
     * @param close closes it; called once for each such end, on any thread, not to block
     * @return takes that back
     */
    default Runnable beforeClose(Supplier<CompletionStage<Done>> close) {
        return () -> {};
    }

    /**
     * Stops the node: what is to be closed {@linkplain #beforeClose before it} is; its members leave their consumer groups; if it has a cluster, others lead what it led before it leaves, for which it waits
     * {@code tailrace.cluster.departure-timeout} at most; then it closes its logs with their clean-stop marks, gives the data directory
     * back, and ends the actor system if the node made it. Who made it with {@link #start} need not do it for the end of the JVM
     * ({@code tailrace.close-on-jvm-shutdown}). Blocking, idempotent.
     */
    @Override
    void close();
}
