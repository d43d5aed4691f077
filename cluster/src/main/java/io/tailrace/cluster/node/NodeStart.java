package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import io.tailrace.cluster.formation.NodeAddress;
import io.tailrace.cluster.quota.Throttles;
import io.tailrace.engine.log.DiskFileStore;
import io.tailrace.engine.log.FileStore;
import io.tailrace.engine.log.OpenFiles;
import java.io.IOException;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a node: takes its directory, gets an actor system into its cluster, puts the node on it; or gives all of it back. */
final class NodeStart {
    private static final Logger LOG = LoggerFactory.getLogger(NodeStart.class);

    private NodeStart() {}

    /** See {@link Tailrace#start}. */
    static Tailrace own(Config said) {
        Config config = SystemStart.complete(said);
        NodeSettings settings = NodeSettings.of(config);
        Throttles throttles = new Throttles();
        Closers closers = new Closers();
        Tailrace node = settings.cluster().alone()
                ? alone(config, settings, throttles, closers)
                : LastingNode.start(port -> begin(at(port, config), settings, throttles, closers), settings, closers);
        if (settings.closeOnJvmShutdown()) {
            JvmEnd.closes(node);
        }
        return node;
    }

    private static Tailrace alone(Config config, NodeSettings settings, Throttles throttles, Closers closers) {
        Life life = begin(config, settings, throttles, closers);
        stopWhenLost(life.home());
        return life.node();
    }

    /** It has no seeds to find others by, but may have had some before. */
    private static void stopWhenLost(NodeSystem home) {
        if (home.formation() != null) {
            home.formation().lost().thenAccept(why -> {
                // On its way out it stops being a member, too.
                if (CoordinatedShutdown.get(home.classic()).getShutdownReason().isEmpty()) {
                    LOG.error("The node stops: {}", why);
                    home.classic().terminate();
                }
            });
        }
    }

    private static Config at(int port, Config config) {
        return port == 0
                ? config
                : config.withValue("pekko.remote.artery.canonical.port", ConfigValueFactory.fromAnyRef(port));
    }

    private static Life begin(Config config, NodeSettings settings, Throttles throttles, Closers closers) {
        FileStore files = new OpenFiles(new DiskFileStore(), settings.maxOpenFiles());
        DataDirectory directory = DataDirectory.open(files, settings.dataDirectory());
        NodeSystem home = null;
        try {
            directory.settle(settings.cluster().alone(), settings.cluster().address(), settings.nodeName());
            home = new SystemStart(config, settings, directory).untilUp();
            Tailrace node = new Node(home, settings, files, directory, throttles, closers).serve(settings, files);
            TailraceExtension.of(home.classic()).serve(node);
            return new Life(home, node);
        } catch (RuntimeException e) {
            boolean lost = home != null && LastingNode.isLost(CoordinatedShutdown.get(home.classic()));
            if (home != null) {
                SystemEnd.end(home.classic());
            }
            giveBack(directory);
            throw lost ? new LostAtStart(e) : e;
        }
    }

    /** See {@link Tailrace#get}. */
    static Tailrace within(ActorSystem application) {
        Config config = application.settings().config();
        boolean clustered = config.getString("pekko.actor.provider").equals("cluster");
        if (!clustered || !config.getStringList("tailrace.cluster.seeds").isEmpty()) {
            Tailrace beside = own(config.withOnlyPath("tailrace"));
            application.registerOnTermination(beside::close);
            return beside;
        }
        NodeSettings settings = NodeSettings.of(config);
        FileStore files = new OpenFiles(new DiskFileStore(), settings.maxOpenFiles());
        DataDirectory directory = DataDirectory.open(files, settings.dataDirectory());
        try {
            directory.settle(true, new NodeAddress(settings.cluster().address().host(), 0), settings.nodeName());
            ClusterMembership.awaitUp(Adapter.toTyped(application), settings.startTimeout());
            return new Node(
                            NodeSystem.ofApplication(application),
                            settings,
                            files,
                            directory,
                            new Throttles(),
                            new Closers())
                    .serve(settings, files);
        } catch (RuntimeException e) {
            giveBack(directory);
            throw e;
        }
    }

    private static void giveBack(DataDirectory directory) {
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("The lock of {} could not be given back: {}", directory.path(), e.getMessage());
        }
    }
}
