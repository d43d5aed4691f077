package io.tailrace.streams.runtime;

import io.tailrace.streams.state.MemoryBackend;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import io.tailrace.streams.state.StateBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** State that is still there when it is opened again, without some of what was applied last. */
final class LossyBackend {
    private record Applied(Map<String, Map<byte[], byte @Nullable []>> changes, long nextOffset) {}

    private final Random random;
    private final List<Applied> applied = new ArrayList<>();

    LossyBackend(Random random) {
        this.random = random;
    }

    StateBackend open() {
        int lost = random.nextInt(4);
        while (lost-- > 0 && !applied.isEmpty()) {
            applied.remove(applied.size() - 1);
        }
        MemoryBackend memory = new MemoryBackend();
        applied.forEach(each -> memory.apply(each.changes(), each.nextOffset()));
        return new StateBackend() {
            private boolean closed;

            @Override
            public ReadOnlyBytesStore store(String name) {
                return memory.store(name);
            }

            @Override
            public long appliedUpTo() {
                return memory.appliedUpTo();
            }

            @Override
            public void apply(Map<String, Map<byte[], byte @Nullable []>> changes, long nextOffset) {
                if (closed) {
                    throw new AssertionError("Applied after it was closed.");
                }
                Map<String, Map<byte[], byte @Nullable []>> copy = new HashMap<>();
                changes.forEach((store, entries) -> {
                    Map<byte[], byte @Nullable []> some = new TreeMap<>(Arrays::compareUnsigned);
                    entries.forEach(some::put);
                    copy.put(store, some);
                });
                applied.add(new Applied(copy, nextOffset));
                memory.apply(changes, nextOffset);
            }

            @Override
            public void clear() {
                applied.clear();
                memory.clear();
            }

            @Override
            public long sizeInBytes() {
                return memory.sizeInBytes();
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }
}
