package io.tailrace.streams.runtime;

import io.tailrace.engine.record.Headers;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Who takes what the sinks of a run give, in the order in which they give it. */
public interface RunOutput {
    /**
     * Takes a record.
     *
     * @param topic as the topology names it, an internal one too
     * @param partition chooses one by how many the topic has, -1 for what the key decides; {@code null}: the key decides. Called when that is known, so
     *     perhaps later
     * @param key or {@code null}
     * @param value or {@code null}
     * @param timestamp milliseconds since 1970
     * @throws io.tailrace.engine.error.TailraceException RECORD_TOO_LARGE: nothing has been taken, and the run may go on without it; any other: it may not
     */
    void send(
            String topic,
            @Nullable IntUnaryOperator partition,
            byte @Nullable [] key,
            byte @Nullable [] value,
            long timestamp,
            Headers headers);
}
