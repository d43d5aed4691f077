package io.tailrace.cluster.node;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is to be closed before a node: all at once, while all else goes on. The same for all lives of a node. Safe for use by many threads. */
final class Closers {
    private static final Logger LOG = LoggerFactory.getLogger(Closers.class);
    /** As long as a task of a stream application may take by default, and a little more. */
    private static final long PATIENCE_SECONDS = 75;

    private final Set<Closer> all = ConcurrentHashMap.newKeySet();

    /** One of them; two of the same work are two. */
    private static final class Closer {
        private final Supplier<CompletionStage<Done>> work;

        Closer(Supplier<CompletionStage<Done>> work) {
            this.work = work;
        }

        CompletionStage<Done> close() {
            CompletionStage<Done> closed;
            try {
                closed = work.get();
            } catch (RuntimeException e) {
                closed = CompletableFuture.failedStage(e);
            }
            return closed.exceptionally(failure -> {
                LOG.warn("What was to be closed before the node could not be", failure);
                return Done.getInstance();
            });
        }
    }

    /** Adds one; what is returned takes it away again. */
    Runnable add(Supplier<CompletionStage<Done>> work) {
        Closer closer = new Closer(work);
        all.add(closer);
        return () -> all.remove(closer);
    }

    /** Complete, never failed, when all are closed, or the time is over. */
    CompletionStage<Done> closeAll() {
        return CompletableFuture.allOf(all.stream()
                        .map(closer -> closer.close().toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new))
                .<Done>thenApply(closed -> Done.getInstance())
                .completeOnTimeout(Done.getInstance(), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
