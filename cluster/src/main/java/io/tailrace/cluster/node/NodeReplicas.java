package io.tailrace.cluster.node;

import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.placement.FirstVoters;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.journal.ReplicaSnapshots;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.partition.DiskSpace;
import io.tailrace.engine.partition.LogCleaner;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.partition.PeerRecords;
import io.tailrace.engine.partition.ReplicaUpkeep;
import io.tailrace.engine.partition.Scrubber;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.ReplicaHome;
import io.tailrace.engine.replication.ReplicaNetwork;
import io.tailrace.engine.replication.Replicas;
import io.tailrace.engine.replication.quorum.ReplicaId;
import io.tailrace.engine.replication.quorum.Voters;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of a node. Those that have peers are open as long as the node runs, whoever leads: they vote, and follow. Those that
 * have none are opened by whoever leads them.
 */
final class NodeReplicas implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeReplicas.class);
    private static final Duration UPKEEP = Duration.ofSeconds(1);
    private static final Duration SCRUB = Duration.ofSeconds(1);

    private final UUID nodeId;
    private final DataDirectory directory;
    private final Replicas replicas;
    private final Executor io;
    private final AtomicBoolean keepingUp = new AtomicBoolean();
    private final Map<UUID, Topic> followed = new HashMap<>();
    private volatile Map<UUID, Topic> topics = Map.of();
    /** By how many moves a replica was asked for last. */
    private final Map<PartitionId, Long> prepared = new HashMap<>();

    private long sweptAt = -1;
    private final Cancellable upkeep;
    private final CompactionRounds compaction;
    private final Scrubber scrubber;
    private final AtomicBoolean scrubbing = new AtomicBoolean();
    private final Cancellable scrub;

    /**
     * Over a data directory.
     *
     * @param space whether its volume has room
     * @param network to the replicas on other nodes
     * @param peers the way to the records that those have
     * @param io for blocking work
     */
    NodeReplicas(
            ActorSystem<?> system,
            DataDirectory directory,
            NodeSettings settings,
            FileStore files,
            DiskSpace space,
            ReplicaNetwork network,
            PeerRecords peers,
            Executor io) {
        this.nodeId = directory.nodeId();
        this.directory = directory;
        this.io = io;
        int producers = settings.limits().producers();
        ReplicaHome home = new ReplicaHome(
                nodeId.toString(),
                files,
                directory.promises(),
                settings.flush(),
                BootId.read(files),
                Clock.systemUTC(),
                io,
                network,
                place -> new ReplicaSnapshots(files, place, producers),
                new ReplicaLog());
        this.replicas = new Replicas(home, directory.partitions());
        ReplicaUpkeep rounds = new ReplicaUpkeep(replicas, settings.limits().snapshotBytes());
        this.upkeep = system.scheduler()
                .scheduleWithFixedDelay(
                        UPKEEP, UPKEEP, () -> oneAtATime(keepingUp, rounds::run), system.executionContext());
        this.compaction = new CompactionRounds(
                system,
                io,
                new LogCleaner(replicas, settings.cleaner(), producers, space, Clock.systemUTC(), System::nanoTime));
        compaction.start();
        this.scrubber = new Scrubber(replicas, peers, settings.scrub());
        this.scrub = system.scheduler()
                .scheduleWithFixedDelay(
                        SCRUB, SCRUB, () -> oneAtATime(scrubbing, scrubber::run), system.executionContext());
    }

    Replicas replicas() {
        return replicas;
    }

    Scrubber scrubber() {
        return scrubber;
    }

    /** One round at a time, on a thread that may block. */
    private void oneAtATime(AtomicBoolean running, Runnable round) {
        if (running.compareAndSet(false, true)) {
            io.execute(() -> {
                try {
                    round.run();
                } finally {
                    running.set(false);
                }
            });
        }
    }

    /**
     * Makes this node's replicas of partitions that every node knows of without the catalogue, if they are not there and it is to
     * hold them. Blocking.
     *
     * @param voters the nodes that hold them, the same on all nodes and for good
     * @throws TailraceException CORRUPT_LOG if one was lost, DISK_FULL, IO_FAILED
     */
    void createControl(Collection<PartitionId> partitions, List<UUID> voters) {
        for (PartitionId partition : partitions) {
            // A node that was alone made its replica under a random id.
            if (voters.contains(nodeId) && replicas.stored(partition.text()) == null) {
                replicas.create(
                        partition.text(), FirstVoters.replica(partition, nodeId), FirstVoters.of(partition, voters));
            }
            if (voters.contains(nodeId) && voters.size() > 1) {
                replicas.open(partition.text(), LogSettings.DEFAULTS);
            }
        }
    }

    /** As {@link Replicas#create}; one that has peers is open when this returns. Blocking. */
    void create(String name, ReplicaId self, Voters first) {
        replicas.create(name, self, first);
        if (first.ids().size() > 1) {
            replicas.open(name, LogSettings.DEFAULTS);
        }
    }

    /**
     * Makes sure of one replica of a partition that others hold, which is open when this returns: see {@link Replicas#createBlank}.
     * Blocking.
     *
     * @param number of the newest move of a group that whoever asks knows of
     * @throws TailraceException PARTITION_BUSY if a later one is known here, by which replicas have been removed
     */
    synchronized ReplicaId prepare(PartitionId partition, long number) {
        if (number < sweptAt) {
            throw new TailraceException(
                    ErrorCode.PARTITION_BUSY, "Groups have moved since what this is asked for by: ask again later.");
        }
        ReplicaId replica = replicas.createBlank(partition.text(), directory.quarantine());
        replicas.open(partition.text(), settings(partition));
        prepared.merge(partition, number, Math::max);
        return replica;
    }

    private LogSettings settings(PartitionId partition) {
        Topic topic = topics.get(partition.topicId());
        return topic == null
                ? LogSettings.DEFAULTS
                : PartitionLookup.settingsOf(topic).log();
    }

    /**
     * Removes a replica that belongs to nothing after that move, unless somebody who knows of a later one has asked for it. Blocking.
     *
     * @return whether it is gone
     */
    synchronized boolean remove(PartitionId partition, long number) {
        if (prepared.getOrDefault(partition, -1L) > number) {
            return false;
        }
        sweptAt = Math.max(sweptAt, number);
        prepared.remove(partition);
        replicas.remove(partition.text());
        return true;
    }

    /** Opens all that have peers. One that cannot be opened is as one on a node that is down. Blocking. */
    void open() {
        CompletableFuture.allOf(replicas.namesWithPeers().stream()
                        .map(name -> CompletableFuture.runAsync(() -> open(name), io))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private void open(String name) {
        try {
            replicas.open(name, LogSettings.DEFAULTS);
        } catch (TailraceException e) {
            LOG.error("The replica {} cannot be opened: {} {}", name, e.code(), e.getMessage());
        }
    }

    /** Those of these partitions whose leader is a replica here. */
    List<PartitionId> leading(Predicate<PartitionId> which) {
        return replicas.opened().stream()
                .filter(Replica::isLeading)
                .map(replica ->
                        PartitionId.parse(String.valueOf(replica.directory().getFileName())))
                .filter(which)
                .toList();
    }

    /** Replicas go by their topic's settings, also where they only follow. One thread at a time. */
    void follow(Catalog now) {
        topics = now.byId();
        followed.keySet().retainAll(now.byId().keySet());
        for (Topic topic : now.byId().values()) {
            Topic before = followed.put(topic.id(), topic);
            if (!topic.equals(before)) {
                LogSettings settings = PartitionLookup.settingsOf(topic).log();
                for (int number = 0; number < topic.partitions(); number++) {
                    replicas.changeSettings(topic.partition(number).text(), settings);
                }
            }
        }
    }

    /** Closes every log with its clean-stop mark. Blocking, idempotent. */
    @Override
    public void close() {
        upkeep.cancel();
        compaction.close();
        scrub.cancel();
        replicas.close();
    }
}
