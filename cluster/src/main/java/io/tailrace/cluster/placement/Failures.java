package io.tailrace.cluster.placement;

import java.util.concurrent.CompletionException;

/** Futures wrap what failed them; people and codes want what was inside. */
final class Failures {
    private Failures() {}

    static Throwable cause(Throwable failure) {
        Throwable inner = failure;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }
}
