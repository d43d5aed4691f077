package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of an instance, and who wants to hear of it. Safe for use by many threads; listeners hear one change after the other. */
final class StateHolder {
    private static final Logger LOG = LoggerFactory.getLogger(StateHolder.class);

    private final String application;
    private final List<BiConsumer<StreamState, StreamState>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Done> running = new CompletableFuture<>();
    private final CompletableFuture<Done> closed = new CompletableFuture<>();
    private volatile StreamState state = StreamState.CREATED;
    private volatile @Nullable TailraceException failure;

    StateHolder(String application) {
        this.application = application;
    }

    StreamState get() {
        return state;
    }

    @Nullable
    TailraceException failure() {
        return failure;
    }

    void listen(BiConsumer<StreamState, StreamState> listener) {
        listeners.add(listener);
    }

    CompletionStage<Done> whenRunning() {
        return running.minimalCompletionStage();
    }

    CompletionStage<Done> whenClosed() {
        return closed.minimalCompletionStage();
    }

    /** Changes it, unless it is the same or there is no way from here to there. */
    synchronized void become(StreamState next) {
        StreamState before = state;
        if (before == next || !leadsTo(before, next)) {
            return;
        }
        state = next;
        LOG.info("Application {} is {}, was {}", application, next, before);
        for (BiConsumer<StreamState, StreamState> listener : listeners) {
            try {
                listener.accept(next, before);
            } catch (RuntimeException e) {
                LOG.error("A listener for the state of application {} failed", application, e);
            }
        }
        if (next == StreamState.RUNNING) {
            running.complete(Done.getInstance());
        } else if (next == StreamState.CLOSED) {
            running.completeExceptionally(
                    new TailraceException(ErrorCode.CLOSED, "Application " + application + " was closed."));
            closed.complete(Done.getInstance());
        }
    }

    /** It cannot run as it is. */
    synchronized void fail(TailraceException why) {
        failure = why;
        LOG.error("Application {} cannot run: {} {}", application, why.code(), why.getMessage());
        become(StreamState.ERROR);
        running.completeExceptionally(why);
    }

    private static boolean leadsTo(StreamState from, StreamState to) {
        return switch (from) {
            case CLOSED -> false;
            case CLOSING -> to == StreamState.CLOSED;
            case ERROR -> to == StreamState.CLOSING || to == StreamState.CLOSED;
            default -> true;
        };
    }
}
