package io.tailrace.cli;

import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.http.HttpServer;
import io.tailrace.http.HttpSettings;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The HTTP server of a node; it ends with the actor system that it runs on, and is opened again on the node's next one, at the same port. */
final class HttpDoor implements AutoCloseable {
    /** The port may not be free again at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long PAUSE_NANOS = 200_000_000;

    private final Tailrace tailrace;
    private final HttpSettings settings;
    private final Consumer<TailraceException> failed;
    private HttpServer server;
    private boolean closed;

    private HttpDoor(Tailrace tailrace, HttpSettings settings, Consumer<TailraceException> failed, HttpServer server) {
        this.tailrace = tailrace;
        this.settings = settings;
        this.failed = failed;
        this.server = server;
    }

    /**
     * Opens it.
     *
     * @param failed told if it cannot be opened again
     * @throws TailraceException INVALID_SETTING if the address cannot be had
     */
    static HttpDoor open(Tailrace tailrace, HttpSettings settings, Consumer<TailraceException> failed) {
        HttpServer server = EmbeddedNode.await(HttpServer.start(tailrace, settings));
        HttpDoor door =
                new HttpDoor(tailrace, settings.withPort(server.address().getPort()), failed, server);
        tailrace.onNewSystem(system -> door.openAgain());
        return door;
    }

    private void openAgain() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                HttpServer opened = EmbeddedNode.await(HttpServer.start(tailrace, settings));
                if (!take(opened)) {
                    EmbeddedNode.await(opened.close());
                }
                return;
            } catch (TailraceException e) {
                if (System.nanoTime() - deadline >= 0) {
                    failed.accept(e);
                    return;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private synchronized boolean take(HttpServer opened) {
        if (!closed) {
            server = opened;
        }
        return !closed;
    }

    /** Where it listens. */
    synchronized InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void close() {
        HttpServer open;
        synchronized (this) {
            closed = true;
            open = server;
        }
        // Where there is no actor system there is no server any more.
        if (!tailrace.system().getWhenTerminated().toCompletableFuture().isDone()) {
            EmbeddedNode.await(open.close());
        }
    }
}
