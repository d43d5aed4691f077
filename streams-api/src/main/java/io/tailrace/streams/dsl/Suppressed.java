package io.tailrace.streams.dsl;

import io.tailrace.streams.state.Windowed;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which changes of a table are kept back, and until when: of several of a key only the last goes on. After Kafka Streams' {@code Suppressed}. */
public final class Suppressed<K> {
    private final @Nullable String name;
    private final @Nullable Duration timeLimit;
    private final BufferConfig buffer;

    private Suppressed(@Nullable String name, @Nullable Duration timeLimit, BufferConfig buffer) {
        this.name = name;
        this.timeLimit = timeLimit;
        this.buffer = buffer;
    }

    /**
     * Until that much time has passed in the table since the first change of a key that is kept back.
     *
     * @param timeToWaitForMoreEvents by the times of the changes
     */
    public static <K> Suppressed<K> untilTimeLimit(Duration timeToWaitForMoreEvents, BufferConfig buffer) {
        if (timeToWaitForMoreEvents.isNegative()) {
            throw new IllegalArgumentException("Changes cannot be kept back for " + timeToWaitForMoreEvents + ".");
        }
        return new Suppressed<>(null, timeToWaitForMoreEvents, buffer);
    }

    /** Until the window is closed: what goes on of it goes on once. For tables of windows alone. */
    public static <K> Suppressed<Windowed<K>> untilWindowCloses(StrictBufferConfig buffer) {
        return new Suppressed<>(null, null, buffer);
    }

    /** The same whose node has that name, and whose buffer that name and {@code -store}. */
    public Suppressed<K> withName(String other) {
        return new Suppressed<>(other, timeLimit, buffer);
    }

    @Nullable
    String name() {
        return name;
    }

    /** {@code null}: until the window is closed. */
    @Nullable
    Duration timeLimit() {
        return timeLimit;
    }

    BufferConfig buffer() {
        return buffer;
    }
}
