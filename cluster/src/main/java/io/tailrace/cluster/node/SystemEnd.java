package io.tailrace.cluster.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.PoisonPill;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends an actor system and waits for that, and helps where Pekko 1.7 does not get there by itself.
 *
 * <p>Artery's shutdown waits without a limit for all its streams before it gives its port back. With TLS, an outgoing connection whose stream
 * has completed instead of failed keeps open until the other side closes it (Artery asks for {@code IgnoreComplete}), and the other side, which
 * only reads, has no reason to. So what is still open after {@link #GRACE} is cut: the actors that run Artery's streams are stopped, which closes
 * their sockets. (Pekko 2.0 has a limit of its own, {@code shutdown-streams-timeout}, apache/pekko#3317.)
 */
final class SystemEnd {
    private static final Logger LOG = LoggerFactory.getLogger(SystemEnd.class);

    /** Longer than Artery takes for what it flushes, which is a second at most. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String STREAMS_OF_ARTERY = "/system/Materializers/*/remote-*";

    private SystemEnd() {}

    /** Shuts it down in order, as {@link CoordinatedShutdown} has it. Blocking; says so in the log if it has not ended after all. */
    static void end(ActorSystem system) {
        CompletableFuture<Done> last = new CompletableFuture<>();
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "tailrace-last", () -> {
            last.complete(Done.getInstance());
            return CompletableFuture.completedFuture(Done.getInstance());
        });
        shutdown.runAll(CoordinatedShutdown.actorSystemTerminateReason());
        CompletableFuture<?> ended = system.getWhenTerminated().toCompletableFuture();
        if (!comes(CompletableFuture.anyOf(last, ended), LIMIT) || !comes(ended, GRACE)) {
            LOG.debug(
                    "Artery's connections are still open {} s after all else has ended, and are cut",
                    GRACE.toSeconds());
            system.actorSelection(STREAMS_OF_ARTERY).tell(PoisonPill.getInstance(), ActorRef.noSender());
            if (!comes(ended, LIMIT)) {
                LOG.warn("The actor system did not end within {} s", LIMIT.toSeconds());
            }
        }
    }

    /** Whether it has within the limit, or whoever waits does not care any longer. */
    private static boolean comes(CompletableFuture<?> event, Duration limit) {
        try {
            event.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException e) {
            throw new IllegalStateException("The end of an actor system does not fail", e);
        } catch (TimeoutException e) {
            return false;
        }
    }
}
