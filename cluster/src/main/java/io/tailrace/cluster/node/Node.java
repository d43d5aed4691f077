package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.TopicCatalog;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.PartitionEnvelope;
import io.tailrace.cluster.placement.PartitionRegion;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.cluster.placement.ShardedPartitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.LogSettings;
import io.tailrace.engine.log.OpenFiles;
import io.tailrace.engine.log.Retention;
import io.tailrace.engine.partition.DiskSpace;
import io.tailrace.engine.partition.PartitionEnvironment;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.engine.partition.PartitionSettings;
import io.tailrace.engine.replication.Replicas;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The composition root: puts a node together, in the order in which its parts need each other, and takes it apart again. */
final class Node implements Tailrace {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final String SYSTEM_NAME = "tailrace";

    private final ActorSystem<?> system;
    private final boolean ownsSystem;
    private final DataDirectory directory;
    private final Replicas replicas;
    private final TopicCatalog topics;
    private final Partitions partitions;
    private final AtomicBoolean released = new AtomicBoolean();

    private Node(
            org.apache.pekko.actor.ActorSystem classic,
            boolean ownsSystem,
            NodeSettings settings,
            FileStore files,
            DataDirectory directory) {
        this.system = Adapter.toTyped(classic);
        this.ownsSystem = ownsSystem;
        this.directory = directory;
        Executor io = system.dispatchers().lookup(DispatcherSelector.fromConfig("tailrace.io-dispatcher"));
        Clock clock = Clock.systemUTC();
        this.replicas = new Replicas(files, directory.partitions(), settings.flush(), clock, io);
        this.topics = new TopicCatalog(files, directory.catalog(), io);
        PartitionEnvironment environment = new PartitionEnvironment(
                replicas,
                this::partitionSettings,
                files,
                new DiskSpace(files, directory.path(), settings.minFreeBytes(), System::nanoTime),
                io,
                clock,
                settings.limits());
        SingleNodeCluster.awaitUp(system, settings.startTimeout());
        ActorRef<PartitionEnvelope> region = PartitionRegion.start(system, environment);
        this.partitions =
                new ShardedPartitions(system, region, replicas, io, settings.locateTimeout(), settings.appendTimeout());
        closeLogsBeforeTermination(classic);
        TailraceExtension.of(classic).offer(this);
    }

    static Node startOwn(Config config) {
        Config reference = ConfigFactory.load();
        Config complete = config.withFallback(reference.getConfig("tailrace.actor-system"))
                .withFallback(reference)
                .resolve();
        NodeSettings settings = NodeSettings.of(complete);
        FileStore files = new OpenFiles(new DiskFileStore(), settings.maxOpenFiles());
        DataDirectory directory = DataDirectory.open(files, settings.dataDirectory());
        org.apache.pekko.actor.ActorSystem system = null;
        try {
            system = org.apache.pekko.actor.ActorSystem.create(SYSTEM_NAME, complete);
            return new Node(system, true, settings, files, directory);
        } catch (RuntimeException e) {
            giveUp(directory, system);
            throw e;
        }
    }

    static Node startWithin(org.apache.pekko.actor.ActorSystem application) {
        Config config = application.settings().config();
        if (!config.getString("pekko.actor.provider").equals("cluster")) {
            Node beside = startOwn(config.withOnlyPath("tailrace"));
            application.registerOnTermination(beside::close);
            return beside;
        }
        NodeSettings settings = NodeSettings.of(config);
        FileStore files = new OpenFiles(new DiskFileStore(), settings.maxOpenFiles());
        DataDirectory directory = DataDirectory.open(files, settings.dataDirectory());
        try {
            return new Node(application, false, settings, files, directory);
        } catch (RuntimeException e) {
            giveUp(directory, null);
            throw e;
        }
    }

    private static void giveUp(
            DataDirectory directory, org.apache.pekko.actor.@org.jspecify.annotations.Nullable ActorSystem system) {
        if (system != null) {
            system.terminate();
            awaitTermination(system);
        }
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("The lock of {} could not be given back: {}", directory.path(), e.getMessage());
        }
    }

    private CompletionStage<PartitionSettings> partitionSettings(PartitionId partition) {
        if (InternalPartition.is(partition)) {
            return CompletableFuture.completedStage(InternalPartition.SETTINGS);
        }
        return topics.topicOf(partition)
                .<CompletionStage<PartitionSettings>>map(
                        topic -> CompletableFuture.completedStage(new PartitionSettings(
                                topic.settings().maxMessageBytes(),
                                topic.settings().timestampType(),
                                new LogSettings(
                                        topic.settings().segmentBytes(),
                                        topic.settings().segmentMillis(),
                                        LogSettings.DEFAULTS.indexIntervalBytes()),
                                new Retention(
                                        topic.settings().retentionMillis(),
                                        topic.settings().retentionBytes()))))
                .orElseGet(() -> CompletableFuture.failedStage(new TailraceException(
                        ErrorCode.UNKNOWN_TOPIC, "No topic has partition " + partition + ": it was never created.")));
    }

    private void closeLogsBeforeTermination(org.apache.pekko.actor.ActorSystem classic) {
        CoordinatedShutdown.get(classic)
                .addTask(
                        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                        "tailrace-close-logs",
                        () -> CompletableFuture.supplyAsync(() -> {
                            release();
                            return Done.getInstance();
                        }));
    }

    /** Closes the logs and gives the directory back, once. */
    private void release() {
        if (!released.compareAndSet(false, true)) {
            return;
        }
        try {
            replicas.close();
            directory.close();
        } catch (IOException | RuntimeException e) {
            LOG.error("The node did not stop cleanly; the next start will recover: {}", e.getMessage());
        }
    }

    @Override
    public ActorSystem<?> system() {
        return system;
    }

    @Override
    public Path dataDirectory() {
        return directory.path();
    }

    @Override
    public Topics topics() {
        return topics;
    }

    @Override
    public Partitions partitions() {
        return partitions;
    }

    @Override
    public void close() {
        if (ownsSystem) {
            org.apache.pekko.actor.ActorSystem classic = system.classicSystem();
            CoordinatedShutdown.get(classic).runAll(CoordinatedShutdown.actorSystemTerminateReason());
            awaitTermination(classic);
        }
        release();
    }

    private static void awaitTermination(org.apache.pekko.actor.ActorSystem system) {
        try {
            system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The actor system did not end within 60 s", e);
        }
    }

    /** Forms a cluster of one, or waits until an application's own has been joined. */
    static final class SingleNodeCluster {
        private SingleNodeCluster() {}

        static void awaitUp(ActorSystem<?> system, Duration timeout) {
            org.apache.pekko.cluster.Cluster cluster = org.apache.pekko.cluster.Cluster.get(system);
            CountDownLatch up = new CountDownLatch(1);
            cluster.registerOnMemberUp(up::countDown);
            if (system.settings()
                    .config()
                    .getStringList("pekko.cluster.seed-nodes")
                    .isEmpty()) {
                cluster.join(cluster.selfAddress());
            }
            try {
                if (!up.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new TailraceException(
                            ErrorCode.CLOSED,
                            "The node did not come up within " + timeout.toSeconds()
                                    + " s: see the log, or raise tailrace.start-timeout.");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TailraceException(ErrorCode.CLOSED, "Interrupted while the node was starting.", e);
            }
        }
    }
}
