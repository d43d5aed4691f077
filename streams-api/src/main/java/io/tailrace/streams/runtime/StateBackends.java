package io.tailrace.streams.runtime;

import io.tailrace.streams.state.MemoryBackend;
import io.tailrace.streams.state.StateBackend;
import io.tailrace.streams.state.rocks.RocksBackend;
import io.tailrace.streams.state.rocks.RocksMemory;
import java.nio.file.Path;

/** Where tasks keep their committed state: in memory, or in a directory each, {@code <state directory>/<application>/<task>}. */
final class StateBackends {
    private StateBackends() {}

    static StateBackend open(ApplicationSetup setup, TaskSlot task) {
        Path directory = setup.settings().stateDirectory();
        return directory == null
                ? new MemoryBackend()
                : RocksBackend.open(
                        directory.resolve(setup.name()).resolve(task.id.toString()),
                        task.log,
                        RocksMemory.of(setup.tailrace().system()));
    }
}
