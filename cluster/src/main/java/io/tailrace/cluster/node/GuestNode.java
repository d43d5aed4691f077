package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicChange;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.formation.Founder;
import io.tailrace.cluster.formation.Members;
import io.tailrace.cluster.placement.Appended;
import io.tailrace.cluster.placement.Fetched;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a cluster whose partitions another node hosts. As long as partitions are not placed over nodes it serves
 * nothing, and says who does: were it to open a partition, it would be an empty one, and data would seem lost.
 */
final class GuestNode implements Tailrace {
    private static final Logger LOG = LoggerFactory.getLogger(GuestNode.class);

    private final NodeSystem home;
    private final String name;
    private final Founder host;
    private final DataDirectory directory;
    private final Members members;
    private final Optional<NodeLinks> links;
    private final AtomicBoolean closed = new AtomicBoolean();

    GuestNode(NodeSystem home, NodeSettings settings, Founder host, DataDirectory directory) {
        this.home = home;
        this.name = settings.nodeName();
        this.host = host;
        this.directory = directory;
        this.members = home.members(directory.nodeId().toString(), name);
        this.links = NodeLinks.start(
                home,
                directory.nodeId().toString(),
                settings.link(),
                members,
                home.system().dispatchers().lookup(DispatcherSelector.fromConfig("tailrace.io-dispatcher")));
        links.ifPresent(to -> to.serve(partition -> {
            throw refusal();
        }));
        CoordinatedShutdown.get(home.classic())
                .addTask(
                        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                        "tailrace-close-links",
                        () -> CompletableFuture.supplyAsync(() -> {
                            links.ifPresent(NodeLinks::close);
                            return Done.getInstance();
                        }));
    }

    /** The nodes of its cluster. */
    Members members() {
        return members;
    }

    /** Its links to other nodes. */
    Optional<NodeLinks> links() {
        return links;
    }

    private <T> CompletionStage<T> refused() {
        return CompletableFuture.failedStage(refusal());
    }

    private TailraceException refusal() {
        return new TailraceException(
                ErrorCode.NOT_READY,
                "Node " + name + " is a member of the cluster and serves no topics yet: ask node " + host + ".");
    }

    @Override
    public ActorSystem<?> system() {
        return home.system();
    }

    @Override
    public String nodeName() {
        return name;
    }

    @Override
    public boolean ready() {
        return false;
    }

    @Override
    public Path dataDirectory() {
        return directory.path();
    }

    @Override
    public Topics topics() {
        return new Topics() {
            @Override
            public CompletionStage<Topic> create(NewTopic topic) {
                return refused();
            }

            @Override
            public CompletionStage<List<Topic>> list() {
                return refused();
            }

            @Override
            public CompletionStage<Topic> describe(String topic) {
                return refused();
            }

            @Override
            public CompletionStage<Topic> alter(String topic, TopicChange change) {
                return refused();
            }

            @Override
            public CompletionStage<Topic> delete(String topic) {
                return refused();
            }
        };
    }

    @Override
    public Partitions partitions() {
        return new Partitions() {
            @Override
            public CompletionStage<Appended> append(PartitionId partition, RecordBatch batch) {
                return refused();
            }

            @Override
            public CompletionStage<OffsetRange> deleteRecords(PartitionId partition, long beforeOffset) {
                return refused();
            }

            @Override
            public CompletionStage<Partition.Description> describe(PartitionId partition) {
                return refused();
            }

            @Override
            public PartitionReader reader(PartitionId partition) {
                return new NoReader();
            }
        };
    }

    private final class NoReader implements PartitionReader {
        @Override
        public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
            return refused();
        }

        @Override
        public CompletionStage<OffsetRange> offsets() {
            return refused();
        }

        @Override
        public CompletionStage<OptionalLong> offsetForTime(long timestamp) {
            return refused();
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() {
        home.close();
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("The lock of {} could not be given back: {}", directory.path(), e.getMessage());
        }
    }
}
