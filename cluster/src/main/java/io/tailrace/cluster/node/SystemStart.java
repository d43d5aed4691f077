package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.tailrace.cluster.downing.DowningActor;
import io.tailrace.cluster.formation.ClusterFormation;
import io.tailrace.cluster.formation.Founder;
import io.tailrace.cluster.formation.Membership;
import io.tailrace.cluster.formation.NodeRoles;
import io.tailrace.cluster.link.LinkTls;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes actor systems until one is up in its cluster. One is enough, but where a first picture turned out to be wrong: an actor
 * system is a member of one cluster in its life.
 */
final class SystemStart {
    private static final Logger LOG = LoggerFactory.getLogger(SystemStart.class);
    private static final String SYSTEM_NAME = "tailrace";
    private static final long PAUSE_NANOS = 300_000_000;

    private final Config config;
    private final NodeSettings settings;
    private final DataDirectory directory;

    /**
     * Of a node.
     *
     * @param config complete, see {@link #complete}
     * @param directory settled
     */
    SystemStart(Config config, NodeSettings settings, DataDirectory directory) {
        this.config = config;
        this.settings = settings;
        this.directory = directory;
    }

    /** A node's settings before those of its actor system before what is on the class path. */
    static Config complete(Config said) {
        Config reference = ConfigFactory.load();
        Config tailrace = said.withFallback(reference);
        Config artery = ConfigFactory.parseMap(Map.of(
                "pekko.remote.artery.canonical.hostname", tailrace.getString("tailrace.cluster.host"),
                "pekko.remote.artery.canonical.port", tailrace.getInt("tailrace.cluster.port")));
        return said.withFallback(artery)
                .withFallback(encryption(tailrace.getConfig("tailrace.link.tls")))
                .withFallback(reference.getConfig("tailrace.actor-system"))
                .withFallback(reference)
                .resolve();
    }

    /** What the nodes say to each other as members of a cluster is encrypted as their links are, with the same files. */
    private static Config encryption(Config tls) {
        return tls.getBoolean("enabled")
                ? ConfigFactory.parseMap(Map.of(
                        "pekko.remote.artery.transport",
                        "tls-tcp",
                        "pekko.remote.artery.ssl.ssl-engine-provider",
                        RotatingKeysSSLEngineProvider.class.getName(),
                        LinkTls.ENGINE + ".key-file",
                        tls.getString("key-file"),
                        LinkTls.ENGINE + ".cert-file",
                        tls.getString("cert-file"),
                        LinkTls.ENGINE + ".ca-cert-file",
                        tls.getString("ca-cert-file")))
                : ConfigFactory.empty();
    }

    /**
     * Blocking.
     *
     * @throws TailraceException CLUSTER_NOT_FORMED, FOREIGN_CLUSTER, NODE_NAME_TAKEN, DUPLICATE_NODE_ID, IO_FAILED, CLOSED, INVALID_SETTING for
     *     certificates that cannot be used
     */
    NodeSystem untilUp() {
        ReservedPort linkPort = reserveLinkPort();
        try {
            return untilUp(linkPort);
        } catch (RuntimeException e) {
            if (linkPort != null) {
                linkPort.close();
            }
            throw e;
        }
    }

    /** {@code null} on a node that is a cluster of its own. */
    private @Nullable ReservedPort reserveLinkPort() {
        boolean single =
                settings.cluster().alone() && directory.membership().founders().size() <= 1;
        return single
                ? null
                : ReservedPort.of(
                        settings.link().links().hostname(),
                        settings.link().links().port());
    }

    private NodeSystem untilUp(@Nullable ReservedPort linkPort) {
        long timeout = (settings.cluster().alone()
                        ? settings.startTimeout()
                        : settings.cluster().formationTimeout())
                .toNanos();
        long begun = System.nanoTime();
        while (true) {
            ActorSystem system = create(linkPort == null ? 0 : linkPort.port());
            try {
                TailraceExtension.of(system).claim();
                checkCertificates(system);
                ClusterFormation formation = ClusterFormation.begin(
                        Adapter.toTyped(system),
                        directory.nodeId(),
                        settings.nodeName(),
                        settings.cluster().storage(),
                        settings.cluster().seeds(),
                        directory,
                        Adapter.toTyped(system)
                                .dispatchers()
                                .lookup(DispatcherSelector.fromConfig("tailrace.io-dispatcher")));
                Optional<Membership> up = await(formation, timeout - (System.nanoTime() - begun));
                if (up.isPresent()) {
                    Adapter.toTyped(system)
                            .systemActorOf(
                                    DowningActor.create(
                                            up.get().founders().stream()
                                                    .map(Founder::nodeId)
                                                    .collect(Collectors.toSet()),
                                            settings.cluster().downAfter()),
                                    DowningActor.NAME,
                                    Props.empty());
                    return new NodeSystem(system, formation, up.get(), linkPort);
                }
                LOG.info(
                        "Beginning again with a new actor system: {}",
                        formation.lost().toCompletableFuture().getNow(""));
            } catch (RuntimeException e) {
                discard(system);
                throw e;
            }
            discard(system);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** A mistake in them would only be seen as silence of all others. */
    private void checkCertificates(ActorSystem system) {
        if (settings.link().tls()) {
            LinkTls.of(system, settings.link().tlsFiles());
        }
    }

    private ActorSystem create(int linkPort) {
        int majority = directory.membership().founders().isEmpty()
                ? settings.cluster().seeds().size() / 2 + 1
                : directory.membership().majority();
        Config mine = ConfigFactory.empty()
                .withValue(
                        "pekko.cluster.roles",
                        ConfigValueFactory.fromIterable(NodeRoles.of(
                                directory.nodeId(),
                                settings.nodeName(),
                                settings.cluster().rack(),
                                linkPort,
                                settings.cluster().roles())))
                .withValue(
                        "pekko.cluster.role." + NodeRoles.STORAGE + ".min-nr-of-members",
                        ConfigValueFactory.fromAnyRef(majority));
        try {
            return ActorSystem.create(SYSTEM_NAME, mine.withFallback(config));
        } catch (Exception e) {
            // Scala's code throws a time-out, which Java would have to declare, when the machine has no time for it.
            if (e instanceof org.apache.pekko.remote.RemoteTransportException || e instanceof TimeoutException) {
                throw new TailraceException(
                        ErrorCode.IO_FAILED,
                        "Other nodes cannot be listened to at "
                                + settings.cluster().address() + " ("
                                + Failures.cause(e).getMessage()
                                + "): choose another tailrace.cluster.port, or start it again when the machine is less busy.",
                        e);
            }
            throw e;
        }
    }

    private Optional<Membership> await(ClusterFormation formation, long nanos) {
        try {
            return formation.outcome().toCompletableFuture().get(Math.max(1, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TailraceException(ErrorCode.CLOSED, "Interrupted while the node was starting.", e);
        } catch (TimeoutException e) {
            String waitingFor = formation.waitingFor();
            throw new TailraceException(
                    ErrorCode.CLUSTER_NOT_FORMED,
                    "The node did not become a member of its cluster in time"
                            + (waitingFor.isEmpty()
                                    ? ", though it waits for nobody: start it again when the machine is less busy."
                                    : "; it still waited for " + waitingFor + "."),
                    e);
        } catch (ExecutionException e) {
            throw Failures.named(e);
        }
    }

    /** Ends one that nobody uses yet. What it joined need not agree: it is no longer there. */
    private static void discard(ActorSystem system) {
        Cluster cluster = Cluster.get(system);
        cluster.down(cluster.selfAddress());
        SystemEnd.end(system);
    }
}
