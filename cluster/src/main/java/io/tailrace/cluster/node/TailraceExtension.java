package io.tailrace.cluster.node;

import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/** Ties a node to an application's actor system: one each. */
final class TailraceExtension implements Extension {
    private static final Id ID = new Id();

    private final Tailrace node;

    private TailraceExtension(Tailrace node) {
        this.node = node;
    }

    static TailraceExtension of(ClassicActorSystemProvider system) {
        return ID.get(system.classicSystem());
    }

    Tailrace node() {
        return node;
    }

    private static final class Id extends AbstractExtensionId<TailraceExtension> {
        @Override
        public TailraceExtension createExtension(ExtendedActorSystem system) {
            return new TailraceExtension(Node.startWithin(system));
        }
    }
}
