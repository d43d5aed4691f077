package io.tailrace.streams.runtime;

import io.tailrace.streams.topology.StreamRecord;

/** Decides what becomes of records that a sink's serializers refuse. Called on the task's thread: it must not block. What it throws fails the task. */
@FunctionalInterface
public interface ProductionExceptionHandler {
    /**
     * Decides about that one.
     *
     * @param topic where it was to go
     * @param record as the sink got it
     * @param exception what the serializer threw
     */
    ErrorDecision handle(
            ErrorHandlerContext context, String topic, StreamRecord<?, ?> record, RuntimeException exception);
}
