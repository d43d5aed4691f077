package io.tailrace.streams.runtime;

import io.tailrace.streams.state.MemoryBackend;
import io.tailrace.streams.state.StateBackend;

/** Where tasks keep their committed state. */
final class StateBackends {
    private StateBackends() {}

    static StateBackend open(StreamSettings settings, String application, TaskId task) {
        return new MemoryBackend();
    }
}
