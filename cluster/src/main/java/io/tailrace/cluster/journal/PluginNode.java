package io.tailrace.cluster.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.node.TailraceExtension;
import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.cluster.placement.Partitions;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The node beneath the plugins of an actor system, and the bound on what they open there: each persistence id has partitions of
 * its own, which stay open.
 */
final class PluginNode implements Extension {
    private static final Id ID = new Id();
    private static final String LIMIT = "tailrace.journal.max-persistence-ids";

    private final ActorSystem system;
    private final int maxPersistenceIds;
    private final Set<String> persistenceIds = ConcurrentHashMap.newKeySet();

    private PluginNode(ActorSystem system) {
        this.system = system;
        this.maxPersistenceIds = system.settings().config().getInt(LIMIT);
    }

    static PluginNode of(ActorSystem system) {
        return ID.get(system);
    }

    /**
     * A partition of a persistence id. Does no I/O; starts a node in the background if there is none yet.
     *
     * @param kind see {@link InternalPartition#of}
     * @param config the plugin's own block, with {@code retry-timeout} and {@code retry-backoff}
     * @throws TailraceException LIMIT_EXCEEDED if it were one persistence id too many; INVALID_SETTING
     */
    JournalPartition partition(String kind, String persistenceId, Config config) {
        enter(persistenceId);
        CompletionStage<Partitions> partitions =
                TailraceExtension.of(system).usable().thenApply(Tailrace::partitions);
        return new JournalPartition(partitions, InternalPartition.of(kind, persistenceId), retries(config));
    }

    /**
     * Notes that the persistence id is in use here.
     *
     * @throws TailraceException LIMIT_EXCEEDED
     */
    synchronized void enter(String persistenceId) {
        if (persistenceIds.contains(persistenceId)) {
            return;
        }
        if (persistenceIds.size() >= maxPersistenceIds) {
            throw new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    maxPersistenceIds + " persistence ids are in use on this node, " + persistenceId
                            + " would be one more: raise " + LIMIT + ", or use fewer.");
        }
        persistenceIds.add(persistenceId);
    }

    private Retries retries(Config config) {
        try {
            return new Retries(
                    system,
                    config.getDuration("retry-timeout"),
                    config.getDuration("retry-backoff.min"),
                    config.getDuration("retry-backoff.max"));
        } catch (ConfigException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING, "A setting of the journal is not usable: " + e.getMessage(), e);
        }
    }

    private static final class Id extends AbstractExtensionId<PluginNode> {
        @Override
        public PluginNode createExtension(ExtendedActorSystem system) {
            return new PluginNode(system);
        }
    }
}
