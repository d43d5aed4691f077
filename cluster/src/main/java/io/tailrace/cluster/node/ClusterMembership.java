package io.tailrace.cluster.node;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Member;

/** Waits until an application's actor system is in its cluster; one that has no seed nodes is a cluster of its own. */
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
        refuseCompany(cluster);
    }

    /** Partitions are not placed over nodes yet: a second one would open empty replicas of what the first one has. */
    private static void refuseCompany(org.apache.pekko.cluster.Cluster cluster) {
        for (Member member : cluster.state().getMembers()) {
            if (!member.uniqueAddress().equals(cluster.selfUniqueAddress())) {
                throw new TailraceException(
                        ErrorCode.INVALID_SETTING,
                        "The application's cluster has other members (" + member.address()
                                + "), and a Tailrace node cannot live on one of several yet: run a node of its own with tailrace start.");
            }
        }
    }
}
