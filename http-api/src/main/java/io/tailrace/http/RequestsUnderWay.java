package io.tailrace.http;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests of all connections from their arrival to the end of their response. Pekko-http's own termination waits for
 * responses to begin, and cuts those that are streams.
 */
final class RequestsUnderWay {
    private int count;
    private @Nullable CompletableFuture<Done> idle;

    synchronized void begin() {
        count++;
    }

    synchronized void end() {
        count--;
        if (count == 0 && idle != null) {
            idle.complete(Done.getInstance());
        }
    }

    /** Completes as soon as there are none. */
    synchronized CompletableFuture<Done> none() {
        CompletableFuture<Done> none = new CompletableFuture<>();
        idle = none;
        if (count == 0) {
            none.complete(Done.getInstance());
        }
        return none;
    }
}
