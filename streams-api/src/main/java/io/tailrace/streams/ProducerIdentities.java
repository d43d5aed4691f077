package io.tailrace.streams;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * The identities of a node's producers. A partition remembers a bounded number of producers, so short-lived ones, such as one
 * per HTTP request, must not be a new one each: who ends gives its identity back, and the next goes on with it in its next
 * epoch. A partition then sees as many as wrote at once. Thread-safe.
 */
final class ProducerIdentities implements Extension {
    /** Kept for reuse; more than that is forgotten. */
    private static final int MOST_IDLE = 10_000;

    private static final Id EXTENSION = new Id();

    private final SecureRandom random = new SecureRandom();
    /** The one given back last is taken first, so that as few as possible are in use. */
    private final ArrayDeque<ProducerIdentity> idle = new ArrayDeque<>();

    private ProducerIdentities() {}

    /** Those of the node that runs on this system. */
    static ProducerIdentities of(ActorSystem<?> system) {
        return EXTENSION.get(system.classicSystem());
    }

    /** One that nobody else uses. */
    synchronized ProducerIdentity take() {
        ProducerIdentity used = idle.poll();
        return used == null ? new ProducerIdentity(random.nextLong() & Long.MAX_VALUE, (short) 0) : used;
    }

    /** Whoever had it sends nothing more; what is still on its way is fenced by the next user. */
    synchronized void giveBack(ProducerIdentity identity) {
        if (identity.hasNext() && idle.size() < MOST_IDLE) {
            idle.push(identity.next());
        }
    }

    private static final class Id extends AbstractExtensionId<ProducerIdentities> {
        @Override
        public ProducerIdentities createExtension(ExtendedActorSystem system) {
            return new ProducerIdentities();
        }
    }
}
