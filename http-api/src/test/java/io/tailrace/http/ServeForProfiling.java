package io.tailrace.http;

import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.node.Tailrace;
import java.util.concurrent.CountDownLatch;

/** Serves a node until it is killed, for profiling with curl; its settings are system properties. */
public final class ServeForProfiling {
    private ServeForProfiling() {}

    /** Needs {@code -Dtailrace.data-dir}. */
    public static void main(String[] args) throws InterruptedException {
        Tailrace tailrace = Tailrace.start(ConfigFactory.defaultOverrides());
        HttpServer server = HttpServer.start(tailrace, HttpSettings.of(ConfigFactory.load()))
                .toCompletableFuture()
                .join();
        System.out.println("serving " + server.address());
        new CountDownLatch(1).await();
    }
}
