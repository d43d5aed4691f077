package io.tailrace.cluster.node;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;

/** Forms a cluster of one, or waits until an application's own has been joined. */
final class ClusterMembership {
    private ClusterMembership() {}

    static void awaitUp(ActorSystem<?> system, Duration timeout) {
        org.apache.pekko.cluster.Cluster cluster = org.apache.pekko.cluster.Cluster.get(system);
        CountDownLatch up = new CountDownLatch(1);
        cluster.registerOnMemberUp(up::countDown);
        if (system.settings().config().getStringList("pekko.cluster.seed-nodes").isEmpty()) {
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
