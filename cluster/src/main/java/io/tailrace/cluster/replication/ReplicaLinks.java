package io.tailrace.cluster.replication;

import io.tailrace.cluster.link.Dropped;
import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.cluster.link.Frame;
import io.tailrace.cluster.link.FrameKind;
import io.tailrace.cluster.link.Incoming;
import io.tailrace.cluster.link.Lane;
import io.tailrace.cluster.link.LinkCounters;
import io.tailrace.cluster.link.Links;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.replication.ReplicaNetwork;
import io.tailrace.engine.replication.quorum.Message;
import io.tailrace.engine.replication.quorum.ReplicaId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas' network: sends messages of the replication core to replicas on other nodes, and hands those that come to the replicas
 * that live here. As with any network messages may get lost, which is counted, and the core says again what matters. The head of a
 * frame, before what {@link MessageFormat} draws:
 *
 * <pre>
 *   kind int8 (16), topic uuid, partition int32, sender's replica id, receiver's replica id
 * </pre>
 *
 * <p>The two nodes are those of the session, so nobody speaks for another. Messages with batches go in a lane of their own and may be
 * overtaken: the core's heartbeats stand on what has been acknowledged, so they do no harm ahead of appends.
 */
public final class ReplicaLinks implements ReplicaNetwork {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLinks.class);

    private final Links links;
    private final ReplicaRegistry registry;

    private ReplicaLinks(Links links, ReplicaRegistry registry) {
        this.links = links;
        this.registry = registry;
    }

    /** What receives replicas' messages, to be made before the links are started, for the lanes SMALL and LARGE. */
    public static final class Receiving implements Incoming.Factory {
        private final ReplicaRegistry registry;
        private final String node;
        private final LinkCounters counters;
        /** The first message that cannot be read is told in the log; then they are counted. */
        private final AtomicBoolean unreadableSaid = new AtomicBoolean();

        /**
         * For one node.
         *
         * @param node its id
         * @param maxWaitingBytes of messages of one replica that it has not worked off
         * @param counters of the links
         */
        public Receiving(String node, long maxWaitingBytes, LinkCounters counters) {
            this.registry = new ReplicaRegistry(maxWaitingBytes);
            this.node = node;
            this.counters = counters;
        }

        @Override
        public Incoming open(String peer, Incoming.Replies replies) {
            return new Incoming() {
                @Override
                public void received(Frame frame, Runnable consumed) {
                    Receiving.this.received(peer, frame, consumed);
                }

                @Override
                public void ended() {}
            };
        }

        private void received(String peer, Frame frame, Runnable consumed) {
            try {
                if (frame.kind() != FrameKind.MESSAGE) {
                    throw new UnreadableMessage(
                            Dropped.UNKNOWN_TYPE, "Node " + peer + " sent a frame of kind " + frame.kind() + ".");
                }
                ByteBuffer head = frame.head().duplicate();
                FieldReader in = new FieldReader(head, "A message of node " + peer);
                in.int8();
                PartitionId log = new PartitionId(in.uuid(), in.count());
                ReplicaId from = new ReplicaId(peer, in.string());
                ReplicaId to = new ReplicaId(node, in.string());
                Message message = MessageFormat.read(head, frame.payload());
                registry.deliver(log, to, from, message, frame.sizeInBytes(), consumed, counters);
            } catch (TailraceException e) {
                counters.dropped(e instanceof UnreadableMessage unreadable ? unreadable.why() : Dropped.MALFORMED, 1);
                consumed.run();
                if (unreadableSaid.compareAndSet(false, true)) {
                    LOG.warn("Dropped, as are more of the kind, without another word: {}", e.getMessage());
                }
            }
        }
    }

    /** Over links that were started with this receiver. */
    public static ReplicaLinks of(Links links, Receiving receiving) {
        return new ReplicaLinks(links, receiving.registry);
    }

    /**
     * Enters a replica that lives here, until what is returned is closed.
     *
     * @throws IllegalArgumentException if it is another node's
     */
    public Registration register(PartitionId log, ReplicaId replica, Receiver receiver) {
        if (!replica.nodeId().equals(links.self().nodeId())) {
            throw new IllegalArgumentException(
                    replica + " does not live on node " + links.self().nodeId());
        }
        return registry.register(log, replica, receiver);
    }

    /** {@inheritDoc} Its log's name is that of its partition. */
    @Override
    public Connection connect(String log, ReplicaId self, Receiver receiver) {
        PartitionId partition = PartitionId.parse(log);
        Registration entered = register(partition, self, receiver);
        return new Connection() {
            @Override
            public void send(ReplicaId to, Message message) {
                // What is dropped is counted, and the core says again what matters.
                ReplicaLinks.this.send(partition, self, to, message);
            }

            @Override
            public void close() {
                entered.close();
            }
        };
    }

    /**
     * Sends a message from a replica that lives here. Never blocks; its batches must not change any more.
     *
     * @return {@code null}, or why it was dropped at once, which has been counted
     */
    public @Nullable Dropped send(PartitionId log, ReplicaId from, ReplicaId to, Message message) {
        List<ByteBuffer> batches = MessageFormat.payload(message);
        FieldWriter head = new FieldWriter()
                .int8(FrameKind.MESSAGE)
                .uuid(log.topicId())
                .int32(log.partition())
                .string(from.replicaId())
                .string(to.replicaId());
        MessageFormat.writeHead(message, head);
        Lane lane = batches.isEmpty() ? Lane.SMALL : Lane.LARGE;
        return links.send(to.nodeId(), lane, Frame.encode(head.toBytes(), batches));
    }

    /** How many replicas are entered. */
    public int replicas() {
        return registry.size();
    }
}
