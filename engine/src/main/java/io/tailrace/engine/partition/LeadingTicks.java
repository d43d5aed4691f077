package io.tailrace.engine.partition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * Looks once a second at each partition that this actor system leads, whether it has something to do: one timer for all, so that ten
 * thousand partitions in which nothing happens cost no message. They take turns within the second, since what they do is write.
 */
final class LeadingTicks implements Extension {
    private static final Id ID = new Id();
    private static final int TURNS = 20;
    private static final Duration TURN = Duration.ofMillis(1000 / TURNS);

    private final List<Set<Leading>> byTurn = new ArrayList<>();
    /** Seen by one look at a time. */
    private int turn;

    private LeadingTicks(ExtendedActorSystem system) {
        for (int i = 0; i < TURNS; i++) {
            byTurn.add(ConcurrentHashMap.newKeySet());
        }
        system.scheduler().scheduleWithFixedDelay(TURN, TURN, this::look, system.dispatcher());
    }

    /** The extension's id. */
    private static final class Id extends AbstractExtensionId<LeadingTicks> {
        @Override
        public LeadingTicks createExtension(ExtendedActorSystem system) {
            return new LeadingTicks(system);
        }
    }

    /** Those of an actor system. */
    static LeadingTicks of(ActorSystem system) {
        return ID.get(system);
    }

    /** From now on it is looked at. */
    void enter(Leading leading) {
        byTurn.get(turnOf(leading)).add(leading);
    }

    /** It is looked at no more; idempotent. */
    void leave(Leading leading) {
        byTurn.get(turnOf(leading)).remove(leading);
    }

    private static int turnOf(Leading leading) {
        return Math.floorMod(System.identityHashCode(leading), TURNS);
    }

    private void look() {
        turn = (turn + 1) % TURNS;
        byTurn.get(turn).forEach(Leading::look);
    }
}
