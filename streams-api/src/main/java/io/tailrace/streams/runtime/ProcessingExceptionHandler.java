package io.tailrace.streams.runtime;

import io.tailrace.streams.topology.StreamRecord;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of records on which a node's function throws. Called on the task's thread: it must not block. What it throws fails the task. */
@FunctionalInterface
public interface ProcessingExceptionHandler {
    /**
     * Decides about that one.
     *
     * @param record as the node got it; {@code null}: it was a punctuator that threw
     * @param exception what was thrown
     */
    ErrorDecision handle(
            ErrorHandlerContext context, @Nullable StreamRecord<?, ?> record, RuntimeException exception);
}
