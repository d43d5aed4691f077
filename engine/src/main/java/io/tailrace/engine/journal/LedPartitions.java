package io.tailrace.engine.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.Leadership;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The partitions that this actor system leads just now, by persistence id: where the journal finds the log to write. A
 * partition enters before it starts its persistent child, and replaces what an earlier leadership left.
 */
public final class LedPartitions implements Extension {
    /** How to get it. */
    public static final Id ID = new Id();

    private final Map<String, Led> byPersistenceId = new ConcurrentHashMap<>();

    /**
     * One led partition.
     *
     * @param io for blocking work
     */
    public record Led(Leadership leadership, SnapshotFiles snapshots, Executor io) {}

    /** The extension's id. */
    public static final class Id extends AbstractExtensionId<LedPartitions> {
        private Id() {}

        @Override
        public LedPartitions createExtension(ExtendedActorSystem system) {
            return new LedPartitions();
        }
    }

    /** The one of an actor system. */
    public static LedPartitions of(ActorSystem system) {
        return ID.get(system);
    }

    /** Enters a leadership. */
    public void enter(String persistenceId, Led led) {
        byPersistenceId.put(persistenceId, led);
    }

    /** Removes it, unless a newer one has come already. */
    public void leave(String persistenceId, Leadership leadership) {
        byPersistenceId.computeIfPresent(persistenceId, (id, led) -> led.leadership == leadership ? null : led);
    }

    /** Whether it has entered and not left. */
    public boolean leads(String persistenceId) {
        return byPersistenceId.containsKey(persistenceId);
    }

    /**
     * The partition led under that persistence id.
     *
     * @throws TailraceException FENCED if there is none
     */
    Led find(String persistenceId) {
        Led led = byPersistenceId.get(persistenceId);
        if (led == null) {
            throw new TailraceException(
                    ErrorCode.FENCED, "This node does not lead " + persistenceId + ": ask the catalogue who does.");
        }
        return led;
    }
}
