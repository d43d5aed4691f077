package io.tailrace.cluster.node;

import io.tailrace.cluster.fetch.ReadServer;
import io.tailrace.cluster.fetch.RemoteReaders;
import io.tailrace.cluster.formation.ClusterNode;
import io.tailrace.cluster.formation.Members;
import io.tailrace.cluster.link.Lane;
import io.tailrace.cluster.link.LinkCounters;
import io.tailrace.cluster.link.LinkIdentity;
import io.tailrace.cluster.link.LinkSettings;
import io.tailrace.cluster.link.LinkTls;
import io.tailrace.cluster.link.Links;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.replication.ReplicaLinks;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node of several has for carrying batches: its links, the replicas' and the readers' use of them. A node that is alone has none. */
final class NodeLinks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLinks.class);
    private static final int PATIENCE_SECONDS = 10;

    private final Links links;
    private final ReplicaLinks replicas;
    private final RemoteReaders readers;
    private final ReadersHere here;
    private final Members members;
    private final AutoCloseable listening;
    /** Used by the members' thread only. */
    private Set<String> known = Set.of();

    /** What readers on other nodes are served from. The links are there before the replicas that use them. */
    private static final class ReadersHere implements Function<PartitionId, PartitionReader> {
        private volatile Function<PartitionId, PartitionReader> readers = partition -> {
            throw new TailraceException(
                    ErrorCode.PARTITION_UNAVAILABLE, "The node is still starting: ask again for " + partition + ".");
        };

        @Override
        public PartitionReader apply(PartitionId partition) {
            return readers.apply(partition);
        }
    }

    private NodeLinks(Links links, ReplicaLinks replicas, RemoteReaders readers, ReadersHere here, Members members) {
        this.links = links;
        this.replicas = replicas;
        this.readers = readers;
        this.here = here;
        this.members = members;
        this.listening = members.listen(this::disconnectWhoHasGone);
    }

    /**
     * Opens the port that was reserved for it. Blocking.
     *
     * @param io where readers' stages complete
     * @return empty on a node that is alone
     * @throws TailraceException INVALID_SETTING if the port or the files of TLS cannot be used
     */
    static Optional<NodeLinks> start(
            NodeSystem home, String nodeId, NodeLinkSettings settings, Members members, Executor io) {
        ReservedPort reserved = home.linkPort();
        if (reserved == null || home.membership() == null) {
            return Optional.empty();
        }
        ReadersHere here = new ReadersHere();
        LinkCounters counters = new LinkCounters();
        LinkIdentity self = new LinkIdentity(home.membership().clusterId().toString(), nodeId);
        ReplicaLinks.Receiving receiving = new ReplicaLinks.Receiving(self.nodeId(), settings.replicaBytes(), counters);
        LinkSettings at = settings.links().at(settings.links().hostname(), reserved.port());
        Optional<LinkTls> tls =
                settings.tls() ? Optional.of(LinkTls.of(home.classic(), settings.tlsFiles())) : Optional.empty();
        reserved.close();
        Links links = await(Links.start(
                home.classic(),
                self,
                at,
                tls,
                node -> address(members, node),
                Map.of(
                        Lane.SMALL,
                        receiving,
                        Lane.LARGE,
                        receiving,
                        Lane.READS,
                        new ReadServer(here, settings.readBytes(), settings.maxReaders())),
                counters));
        LOG.debug("Links of other nodes end at {}", links.localAddress());
        return Optional.of(
                new NodeLinks(links, ReplicaLinks.of(links, receiving), RemoteReaders.over(links, io), here, members));
    }

    /**
     * From now on readers on other nodes are served; before they hear PARTITION_UNAVAILABLE.
     *
     * @param readers opens a reader of a replica that lives here, or throws a TailraceException; cheap, does no I/O
     */
    void serve(Function<PartitionId, PartitionReader> readers) {
        here.readers = readers;
    }

    private static Optional<InetSocketAddress> address(Members members, String node) {
        return members.find(node).flatMap(ClusterNode::linkAddress);
    }

    /** Messages between replicas, by node ids as text. */
    ReplicaLinks replicas() {
        return replicas;
    }

    /** Readers of replicas on other nodes, by node ids as text. */
    RemoteReaders readers() {
        return readers;
    }

    /** The connections beneath both. */
    Links links() {
        return links;
    }

    /** Whoever comes back is connected to anew. */
    private void disconnectWhoHasGone() {
        Set<String> now = new HashSet<>();
        members.nodes().forEach(node -> now.add(node.nodeId()));
        for (String before : known) {
            if (!now.contains(before)) {
                links.disconnect(before);
            }
        }
        known = now;
    }

    /** Gives the port back and ends all sessions; who uses it should have ended before. Blocking, idempotent. */
    @Override
    public void close() {
        try {
            listening.close();
            await(links.stop());
        } catch (Exception e) {
            LOG.warn("The links to other nodes did not end in order: {}", e.getMessage());
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TailraceException(ErrorCode.CLOSED, "Interrupted while the node was starting.", e);
        } catch (TimeoutException e) {
            throw new TailraceException(
                    ErrorCode.IO_FAILED,
                    "The port for other nodes' links neither opened nor closed within " + PATIENCE_SECONDS
                            + " s: look at the network's settings.",
                    e);
        } catch (ExecutionException e) {
            throw Failures.named(e);
        }
    }
}
