package io.tailrace.streams.runtime;

import io.tailrace.streams.state.ReadOnlyBytesStore;
import io.tailrace.streams.state.StateBackend;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The committed state of those tasks of an instance that run, for others to look at. Safe for use by many threads. */
final class OpenStates {
    private final Map<TaskId, StateBackend> states = new ConcurrentHashMap<>();

    /** The same state, which can be found here from when it has caught up with its log until it is closed. */
    StateBackend watched(TaskId task, StateBackend state) {
        return new Watched(task, state);
    }

    /** The state of a task; {@code null} if the task does not run here. It may be closed at any time, and says so then. */
    @Nullable
    StateBackend find(TaskId task) {
        return states.get(task);
    }

    /** Whose state is here. */
    Set<TaskId> tasks() {
        return Set.copyOf(states.keySet());
    }

    private final class Watched implements StateBackend {
        private final TaskId task;
        private final StateBackend state;

        Watched(TaskId task, StateBackend state) {
            this.task = task;
            this.state = state;
        }

        @Override
        public ReadOnlyBytesStore store(String name) {
            return state.store(name);
        }

        @Override
        public long appliedUpTo() {
            return state.appliedUpTo();
        }

        @Override
        public void apply(Map<String, Map<byte[], byte @Nullable []>> changes, long nextOffset) {
            state.apply(changes, nextOffset);
        }

        @Override
        public void caughtUp() {
            state.caughtUp();
            states.put(task, this);
        }

        @Override
        public void clear() {
            state.clear();
        }

        @Override
        public long sizeInBytes() {
            return state.sizeInBytes();
        }

        @Override
        public void close() {
            states.remove(task, this);
            state.close();
        }
    }
}
