package io.tailrace.engine.error;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Futures wrap what failed them; people and codes want what was inside. */
public final class Failures {
    private Failures() {}

    /** What was inside; the failure itself if nothing was wrapped around it. */
    public static Throwable cause(Throwable failure) {
        Throwable inner = failure;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /** The error with a code, however deep it lies; without one, IO_FAILED with the message there is. */
    public static TailraceException named(Throwable failure) {
        for (Throwable inner = failure; inner != null; inner = inner.getCause()) {
            if (inner instanceof TailraceException known) {
                return known;
            }
        }
        Throwable cause = cause(failure);
        return new TailraceException(ErrorCode.IO_FAILED, "Something failed that was not foreseen: " + cause, cause);
    }
}
