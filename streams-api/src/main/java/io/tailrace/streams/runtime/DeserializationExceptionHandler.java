package io.tailrace.streams.runtime;

import io.tailrace.streams.ConsumerRecord;
import java.nio.ByteBuffer;

/** Decides what becomes of records that a source's deserializers, or its timestamp extractor, refuse. Called on the task's thread: it must not block. What it throws fails the task. */
@FunctionalInterface
public interface DeserializationExceptionHandler {
    /**
     * Decides about that one.
     *
     * @param record as it was read; its buffers must not be written to
     * @param exception what was thrown
     */
    ErrorDecision handle(
            ErrorHandlerContext context, ConsumerRecord<ByteBuffer, ByteBuffer> record, RuntimeException exception);
}
