package io.tailrace.cluster.replication;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.link.Incoming;
import io.tailrace.cluster.link.Lane;
import io.tailrace.cluster.link.LinkCounters;
import io.tailrace.cluster.link.LinkIdentity;
import io.tailrace.cluster.link.LinkSettings;
import io.tailrace.cluster.link.LinkTls;
import io.tailrace.cluster.link.Links;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;

/** A node that has nothing but links: an actor system of its own and a port of its own. */
public final class LinkedNode implements AutoCloseable {
    private static final String CLUSTER = "test-cluster";
    private static final int REPLICA_BYTES = 16 << 20;

    private final String name;
    private final Map<String, InetSocketAddress> addresses;
    private final LinkSettings settings;
    private final Map<Lane, Incoming.Factory> more;
    private ActorSystem system;
    private LinkCounters counters;
    private Links links;
    private ReplicaLinks replicas;

    /** Starts it, and enters its address into the map that all nodes share. */
    public LinkedNode(String name, Map<String, InetSocketAddress> addresses, LinkSettings settings) {
        this(name, addresses, settings, Map.of());
    }

    /** The same with receivers for more lanes. */
    public LinkedNode(
            String name,
            Map<String, InetSocketAddress> addresses,
            LinkSettings settings,
            Map<Lane, Incoming.Factory> more) {
        this.name = name;
        this.addresses = addresses;
        this.settings = settings;
        this.more = more;
        start();
    }

    /** Settings for tests: as the defaults, but quick to try again, and patient where the machine is busy with others. */
    public static LinkSettings settings(String overrides) {
        return LinkSettings.of(ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.parseString("""
                        ping-interval = 100ms, silence-timeout = 60s, connect-timeout = 30s
                        min-backoff = 10ms, max-backoff = 50ms
                        """))
                .withFallback(ConfigFactory.load().getConfig("tailrace.link")));
    }

    private void start() {
        system = ActorSystem.create(name, ConfigFactory.load("local-system"));
        start(CLUSTER, Optional.empty());
    }

    private void start(String cluster, Optional<LinkTls> tls) {
        counters = new LinkCounters();
        ReplicaLinks.Receiving receiving = new ReplicaLinks.Receiving(name, REPLICA_BYTES, counters);
        Map<Lane, Incoming.Factory> receivers = new EnumMap<>(Lane.class);
        receivers.put(Lane.SMALL, receiving);
        receivers.put(Lane.LARGE, receiving);
        receivers.putAll(more);
        links = await(Links.start(
                system,
                new LinkIdentity(cluster, name),
                settings,
                tls,
                node -> Optional.ofNullable(addresses.get(node)),
                receivers,
                counters));
        replicas = ReplicaLinks.of(links, receiving);
        addresses.put(name, links.localAddress());
    }

    /** Starts the links anew, as of another cluster or with TLS. */
    public LinkedNode with(String cluster, Optional<LinkTls> tls) {
        await(links.stop());
        start(cluster, tls);
        return this;
    }

    /** The same of this cluster. */
    public LinkedNode with(LinkTls tls) {
        return with(CLUSTER, Optional.of(tls));
    }

    /** Ends it as if its process had been killed, and starts it again at another port. */
    public void restart() {
        close();
        start();
    }

    /** Its name and node id. */
    public String name() {
        return name;
    }

    public ActorSystem system() {
        return system;
    }

    public Links links() {
        return links;
    }

    public ReplicaLinks replicas() {
        return replicas;
    }

    public LinkCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        system.terminate();
        await(system.getWhenTerminated());
    }

    private static <T> T await(java.util.concurrent.CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
