package io.tailrace.streams.runtime;

import io.tailrace.streams.ConsumerRecord;
import io.tailrace.streams.topology.RecordPosition;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where something went wrong.
 *
 * @param processorNodeId the name of the node
 * @param source the record that was read and brought it about, byte for byte; its buffers must not be written to. {@code null}: none, as while a punctuator runs
 * @param timestamp of the record that the node could not deal with, or that the punctuator was called with; milliseconds since 1970
 */
public record ErrorHandlerContext(
        String processorNodeId, @Nullable ConsumerRecord<ByteBuffer, ByteBuffer> source, long timestamp) {
    /** Where the record that brought it about was read; empty if there is none. */
    public Optional<RecordPosition> position() {
        return Optional.ofNullable(source)
                .map(record -> new RecordPosition(record.topic(), record.partition(), record.offset()));
    }
}
