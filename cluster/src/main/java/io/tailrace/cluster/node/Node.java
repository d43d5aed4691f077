package io.tailrace.cluster.node;

import io.tailrace.cluster.backup.BackupManifest;
import io.tailrace.cluster.catalog.Catalog;
import io.tailrace.cluster.catalog.CatalogClient;
import io.tailrace.cluster.catalog.CatalogEnvironment;
import io.tailrace.cluster.catalog.CatalogFile;
import io.tailrace.cluster.catalog.CatalogQuotas;
import io.tailrace.cluster.catalog.CatalogView;
import io.tailrace.cluster.catalog.Placements;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicCatalog;
import io.tailrace.cluster.creation.ReplicaCreator;
import io.tailrace.cluster.formation.ClusterNode;
import io.tailrace.cluster.formation.Members;
import io.tailrace.cluster.group.GroupClient;
import io.tailrace.cluster.group.GroupCoordinator;
import io.tailrace.cluster.group.GroupEnvironment;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.PartitionEnvelope;
import io.tailrace.cluster.placement.PartitionRegion;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.cluster.placement.ReplicaReaders;
import io.tailrace.cluster.placement.ShardedPartitions;
import io.tailrace.cluster.quota.Quotas;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.cluster.sharding.VoterAllocation;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.partition.DiskSpace;
import io.tailrace.engine.partition.Partition;
import io.tailrace.engine.partition.PartitionEnvironment;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.partition.PeerRecords;
import io.tailrace.engine.partition.Scrubber;
import io.tailrace.engine.replication.Replica;
import io.tailrace.engine.replication.ReplicaNetwork;
import io.tailrace.engine.replication.Replicas;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The composition root: puts a node together, in the order in which its parts need each other, and takes it apart again. */
final class Node implements Tailrace {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final long ASK_AGAIN_NANOS = 100_000_000;
    /** Shorter than the phase of the shutdown that waits for it. */
    private static final Duration REST_TIMEOUT = Duration.ofSeconds(2);

    /** For members that a coordinator does not answer at the moment. */
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final NodeSystem home;
    private final ActorSystem<?> system;
    private final DataDirectory directory;
    private final NodeReplicas nodeReplicas;
    private final Replicas replicas;
    private final String name;
    private final Executor io;
    private final PartitionLookup lookup;
    private final ShardedPartitions partitions;
    private final PartitionStarter starter;
    private final NodeEnd end;
    private final LocalSingleton<TopicCatalog.Command> catalog = new LocalSingleton<>();
    private final LocalSingleton<GroupCoordinator.Command> coordinator = new LocalSingleton<>();
    private final CatalogClient topics;
    private final Placements placements;
    private final Quotas quotas;
    private final Throttles throttles;
    private final Closers closers;
    private final GroupClient groups;
    private final Optional<NodeMoves> moves;
    private final RoomReport room;
    private final PartitionRemover remover;
    private final NodeBackup backup;
    private final Members members;
    private final Optional<NodeLinks> links;
    private final CompletableFuture<Catalog> firstCatalog = new CompletableFuture<>();

    /** On an actor system that is up in its cluster; what clients have used of their quotas outlasts that. */
    Node(
            NodeSystem home,
            NodeSettings settings,
            FileStore files,
            DataDirectory directory,
            Throttles throttles,
            Closers closers) {
        this.home = home;
        this.system = home.system();
        this.directory = directory;
        this.throttles = throttles;
        this.closers = closers;
        this.io = system.dispatchers().lookup(DispatcherSelector.fromConfig("tailrace.io-dispatcher"));
        Clock clock = Clock.systemUTC();
        this.name = settings.nodeName();
        this.members = home.members(
                directory.nodeId().toString(), name, settings.cluster().rack());
        this.links = NodeLinks.start(home, directory.nodeId().toString(), settings.link(), members, io);
        ReplicaNetwork network = links.<ReplicaNetwork>map(NodeLinks::replicas).orElse(ReplicaNetwork.NONE);
        DiskSpace space = new DiskSpace(files, directory.path(), settings.minFreeBytes(), System::nanoTime);
        this.nodeReplicas = new NodeReplicas(
                system,
                directory,
                settings,
                files,
                space,
                network,
                links.<PeerRecords>map(others -> new PeerReplicas(others.readers()::reader))
                        .orElse(PeerRecords.NONE),
                io);
        this.replicas = nodeReplicas.replicas();
        ReplicaReaders here = new ReplicaReaders(replicas, io);
        links.ifPresent(to -> to.serve(here::reader));
        this.lookup = new PartitionLookup(this::topics, home.controlVoters(directory.nodeId()));
        nodeReplicas.createControl(InternalPartition.CONTROL, lookup.controlVoters());
        PartitionEnvironment environment =
                new PartitionEnvironment(replicas, lookup::settings, files, space, io, clock, settings.limits());
        MemberNodes nodes = home.isMember()
                ? MemberNodes.all(system.classicSystem(), members)
                : MemberNodes.onlySelf(system.classicSystem(), members);
        ActorRef<PartitionEnvelope> region = PartitionRegion.start(
                system,
                environment,
                home.hostRole(),
                new VoterAllocation(
                        group -> lookup.placement().voters(group),
                        nodes::ableToLead,
                        nodes::yielding,
                        nodes::of,
                        settings.leaderReturnDelay(),
                        System::nanoTime));
        this.partitions = new ShardedPartitions(
                system,
                region,
                lookup::group,
                directory.nodeId().toString(),
                replicas,
                io,
                (node, partition) -> links.map(NodeLinks::readers)
                        .map(there -> there.reader(node, partition))
                        .orElseGet(() -> here.reader(partition)),
                new RackReplicas(members, lookup::placement),
                settings.locateTimeout(),
                settings.appendTimeout());
        this.starter = new PartitionStarter(
                directory.nodeId(), partitions::start, this::isLedHere, nodes::live, System::nanoTime);
        Departure departure = new Departure(
                system,
                members::depart,
                () -> toHandOver(nodes),
                partition -> Partition.isLedIn(system.classicSystem(), partition),
                partitions::start,
                settings.departureTimeout());
        this.end = new NodeEnd(
                home, closers, this::leaveGroups, departure, this::singletonsRest, this::stopStarting, this::release);
        end.prepare();
        // A catalogue whose partition is damaged would try for ever; so its partition comes first, and says what it
        // has.
        awaitLeader(TopicCatalog.PARTITION, settings.startTimeout());
        CatalogSettings ofCatalog = settings.catalog();
        CatalogEnvironment catalogEnvironment = new CatalogEnvironment(
                ofCatalog.maxPartitions(),
                ofCatalog.maxInternals(),
                nodes,
                lookup.controlVoters(),
                nodes,
                ofCatalog.nodePatience());
        ActorRef<TopicCatalog.Command> toCatalog = singleton(
                catalog.unlessAtRest(TopicCatalog.create(catalogEnvironment, catalog::isHere)), "tailrace-catalog");
        this.topics = new CatalogClient(system, toCatalog, ofCatalog.timeout(), ofCatalog.changeTimeout());
        GroupSettings ofGroups = settings.groups();
        ActorRef<GroupCoordinator.Command> toCoordinator = singleton(
                coordinator.of(GroupCoordinator.create(
                        new GroupEnvironment(toCatalog, ofGroups.limits(), clock, ofGroups.assignors()))),
                "tailrace-groups");
        this.groups = new GroupClient(system, name, toCoordinator, ofGroups.timeout(), ofGroups.maxPendingCommits());
        this.placements = new NodePlacements(topics, nodes, lookup.controlVoters(), this::nodeName);
        this.quotas = new CatalogQuotas(topics);
        this.moves = links.map(others ->
                new NodeMoves(directory.nodeId(), system, nodes, nodeReplicas, partitions, topics, lookup, io));
        this.room = new RoomReport(() -> space.take(0), members::say);
        this.backup = new NodeBackup(directory, replicas, files, name, clock);
        this.remover =
                new PartitionRemover(directory.nodeId(), replicas, partitions, topics, directory.quarantine(), io);
    }

    /** One in the cluster, on a node that holds replicas. */
    private <T> ActorRef<T> singleton(Behavior<T> behavior, String singletonName) {
        ClusterSingletonSettings everywhere = ClusterSingletonSettings.create(system);
        return ClusterSingleton.get(system)
                .init(SingletonActor.of(behavior, singletonName)
                        .withSettings(home.hostRole().map(everywhere::withRole).orElse(everywhere)));
    }

    /**
     * Waits for the catalogue, whose journal is this node, and puts the house in order by it. Blocking.
     *
     * @throws TailraceException CATALOG_UNAVAILABLE, or what keeps it from being recovered
     */
    Node serve(NodeSettings settings, FileStore files) {
        TailraceExtension.of(system).offer(this);
        Duration timeout = settings.startTimeout();
        system.systemActorOf(CatalogView.create(topics.catalog(), this::learn), "tailrace-catalog-view", Props.empty());
        Catalog found = await(firstCatalog, timeout);
        adopt(found, timeout, files);
        if (!remover.strangers(found).isEmpty()) {
            remover.quarantineStrangers(await(topics.confirmed(), timeout));
        }
        nodeReplicas.open();
        // Ends with the system.
        system.scheduler()
                .scheduleWithFixedDelay(
                        LOOK_EVERY, LOOK_EVERY, () -> io.execute(starter::look), system.executionContext());
        system.systemActorOf(
                ReplicaCreator.create(directory.nodeId(), nodeReplicas::create, nodeReplicas::prepare, io),
                ReplicaCreator.NAME,
                Props.empty());
        moves.ifPresent(all -> system.scheduler()
                .scheduleWithFixedDelay(LOOK_EVERY, LOOK_EVERY, all::look, system.executionContext()));
        if (links.isPresent()) {
            system.scheduler()
                    .scheduleWithFixedDelay(
                            LOOK_EVERY, LOOK_EVERY, () -> io.execute(room::look), system.executionContext());
        }
        return this;
    }

    /** What lies here from before the catalogue knew of it is all on this node, which was alone. */
    private void adopt(Catalog found, Duration timeout, FileStore files) {
        List<Topic> old = directory.hasCatalogFile() ? new CatalogFile(files, directory.catalog()).read() : List.of();
        List<UUID> internals = remover.unknownInternals(found);
        boolean isAlone = lookup.controlVoters().equals(List.of(directory.nodeId()));
        if (isAlone && !(old.isEmpty() && internals.isEmpty())) {
            await(topics.adopt(old, internals), timeout);
        }
        if (directory.hasCatalogFile()) {
            directory.upgrade();
        }
    }

    /** Whether the partition is led on this node. */
    boolean isLedHere(PartitionId partition) {
        return replicas.find(partition.text()).filter(Replica::isLeading).isPresent()
                && Partition.isLedIn(system.classicSystem(), partition);
    }

    private List<PartitionId> toHandOver(MemberNodes nodes) {
        Set<UUID> others = new HashSet<>(nodes.live());
        others.remove(directory.nodeId());
        return nodeReplicas.leading(partition -> lookup.isVotedOnBy(partition, others));
    }

    /** On the actor's thread. */
    private void learn(Catalog now) {
        lookup.learn(now);
        throttles.learn(now.quotas());
        nodeReplicas.follow(now);
        moves.ifPresent(all -> all.follow(now));
        starter.follow(now, lookup.placement());
        remover.follow(now);
        firstCatalog.complete(now);
    }

    /** Asks again while it is only a matter of time. */
    private void awaitLeader(PartitionId partition, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                await(partitions.start(partition), Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
                return;
            } catch (TailraceException e) {
                if (!e.code().retriable() || System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                LOG.info("Not yet: {} {}", e.code(), e.getMessage());
                LockSupport.parkNanos(ASK_AGAIN_NANOS);
            }
        }
    }

    /** Not longer than there is an actor system that could answer: its questions do not even time out when it has ended. */
    private <T> T await(CompletionStage<T> stage, Duration timeout) {
        CompletableFuture<T> answer = stage.toCompletableFuture().copy();
        system.getWhenTerminated()
                .whenComplete((ended, failure) -> answer.completeExceptionally(new TailraceException(
                        ErrorCode.CLOSED, "The node lost its actor system while it was starting.")));
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TailraceException(ErrorCode.CLOSED, "Interrupted while the node was starting.", e);
        } catch (TimeoutException e) {
            throw new TailraceException(
                    ErrorCode.CATALOG_UNAVAILABLE,
                    "The catalogue of topics did not answer within " + timeout.toSeconds()
                            + " s: see the node's log, or raise tailrace.start-timeout.",
                    e);
        } catch (ExecutionException e) {
            if (Failures.cause(e) instanceof TailraceException known) {
                throw new TailraceException(
                        known.code(), "The catalogue of topics cannot be read: " + known.getMessage(), known);
            }
            throw new TailraceException(
                    ErrorCode.CATALOG_UNAVAILABLE, "The catalogue of topics cannot be read: " + e.getMessage(), e);
        }
    }

    private CompletionStage<Done> leaveGroups() {
        return groups.leaveAll(LEAVE_TIMEOUT);
    }

    private CompletionStage<Void> stopStarting() {
        partitions.close();
        return starter.close();
    }

    /** What they are storing is stored. */
    private CompletionStage<Done> singletonsRest() {
        return coordinator
                .rest(system, GroupCoordinator::rest, REST_TIMEOUT)
                .thenCombine(catalog.rest(system, TopicCatalog::rest, REST_TIMEOUT), (one, other) -> one);
    }

    /** Closes the logs and gives the directory back. */
    private void release() {
        try {
            nodeReplicas.close();
            links.ifPresent(NodeLinks::close);
            directory.close();
        } catch (IOException | RuntimeException e) {
            LOG.error("The node did not stop cleanly; the next start will recover: {}", e.getMessage());
        }
    }

    /** What it lives on. */
    NodeSystem home() {
        return home;
    }

    /** The nodes of its cluster. */
    Members members() {
        return members;
    }

    /** Its links to other nodes, unless it is alone. */
    Optional<NodeLinks> links() {
        return links;
    }

    @Override
    public ActorSystem<?> system() {
        return system;
    }

    @Override
    public String nodeName() {
        return name;
    }

    @Override
    public String nodeName(String nodeId) {
        return members.find(nodeId).map(ClusterNode::name).orElseGet(() -> home.founderName(nodeId));
    }

    @Override
    public boolean ready() {
        return !end.begun()
                && firstCatalog.isDone()
                && starter.firstRound().toCompletableFuture().isDone();
    }

    @Override
    public Path dataDirectory() {
        return directory.path();
    }

    @Override
    public CatalogClient topics() {
        return topics;
    }

    @Override
    public CompletionStage<BackupManifest> backup(Path target) {
        return topics.list()
                .thenApplyAsync(
                        all -> backup.create(target, all.stream().collect(Collectors.toMap(Topic::id, Topic::name))),
                        io);
    }

    @Override
    public Placements placements() {
        return placements;
    }

    @Override
    public GroupClient groups() {
        return groups;
    }

    @Override
    public Quotas quotas() {
        return quotas;
    }

    @Override
    public Throttles throttles() {
        return throttles;
    }

    @Override
    public Scrubber scrubber() {
        return nodeReplicas.scrubber();
    }

    @Override
    public Partitions partitions() {
        return partitions;
    }

    @Override
    public Runnable beforeClose(Supplier<CompletionStage<Done>> close) {
        return closers.add(close);
    }

    @Override
    public void close() {
        end.bring();
    }
}
