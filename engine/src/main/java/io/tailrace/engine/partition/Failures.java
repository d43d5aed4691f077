package io.tailrace.engine.partition;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletionException;

/** Finds the error with a code in what futures and actors have wrapped around it. */
final class Failures {
    private Failures() {}

    /** What was inside. */
    static Throwable cause(Throwable failure) {
        Throwable inner = failure;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /** The error with a code, however deep it lies; without one, IO_FAILED with the message there is. */
    static TailraceException named(Throwable failure) {
        for (Throwable inner = failure; inner != null; inner = inner.getCause()) {
            if (inner instanceof TailraceException known) {
                return known;
            }
        }
        Throwable cause = cause(failure);
        return new TailraceException(ErrorCode.IO_FAILED, "Something failed that was not foreseen: " + cause, cause);
    }

    static ErrorCode codeOf(Throwable failure) {
        return named(failure).code();
    }
}
