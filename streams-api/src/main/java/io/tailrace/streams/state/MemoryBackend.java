package io.tailrace.streams.state;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Committed state in the heap: whoever opens it anew reads the whole log. */
public final class MemoryBackend implements StateBackend {
    private final Map<String, MemoryBytesStore> stores = new ConcurrentHashMap<>();
    private volatile long appliedUpTo;

    @Override
    public ReadOnlyBytesStore store(String name) {
        return bytes(name);
    }

    private MemoryBytesStore bytes(String name) {
        return stores.computeIfAbsent(name, key -> new MemoryBytesStore());
    }

    @Override
    public long appliedUpTo() {
        return appliedUpTo;
    }

    @Override
    public void apply(Map<String, Map<byte[], byte @Nullable []>> changes, long nextOffset) {
        changes.forEach((name, entries) -> entries.forEach(bytes(name)::put));
        appliedUpTo = nextOffset;
    }

    @Override
    public void clear() {
        stores.values().forEach(MemoryBytesStore::clear);
        appliedUpTo = 0;
    }

    @Override
    public long sizeInBytes() {
        return stores.values().stream().mapToLong(MemoryBytesStore::sizeInBytes).sum();
    }

    @Override
    public void close() {
        clear();
    }
}
