package io.tailrace.streams.runtime;

import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.StateBackend;
import io.tailrace.streams.state.StoreHost;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The stores of a task, what of them is not committed, and how it becomes so. */
final class TaskState implements StoreHost {
    /** Where the task's own entries lie in the backend, by their keys in the log. The name of a topic's or a user's store has no colon. */
    static final String OWN = ":task";

    private final StateBackend backend;
    private final Map<String, TaskStore> stores = new LinkedHashMap<>();
    private final Map<String, Map<byte[], byte @Nullable []>> committing = new HashMap<>();
    private long openBytes;
    private boolean changed;

    TaskState(StateBackend backend) {
        this.backend = backend;
    }

    @Override
    public BytesStore bytes(String store) {
        return stores.computeIfAbsent(store, name -> new TaskStore(name, backend.store(name), this::grown));
    }

    private void grown(int bytes) {
        openBytes += bytes;
        changed = true;
    }

    /** Whether anything has changed that is not on its way. */
    boolean isChanged() {
        return changed;
    }

    /** How many bytes have changed that are not on their way. */
    long openBytes() {
        return openBytes;
    }

    /**
     * All that has changed goes on its way.
     *
     * @param record takes each change as it is to be in the log
     */
    void commit(BiConsumer<byte[], byte @Nullable []> record) {
        stores.forEach((name, store) -> {
            Changes changes = store.commit();
            if (changes != null) {
                Map<byte[], byte @Nullable []> map = changes.asMap();
                committing.put(name, map);
                map.forEach((key, value) -> record.accept(TaskLogFormat.stateKey(store.logPrefix(), key), value));
            }
        });
        openBytes = 0;
        changed = false;
    }

    /**
     * What was on its way is in the log.
     *
     * @param own the task's own entries that were with it
     * @param nextOffset behind it
     */
    void committed(Map<byte[], byte @Nullable []> own, long nextOffset) {
        committing.put(OWN, own);
        backend.apply(committing, nextOffset);
        committing.clear();
        stores.values().forEach(TaskStore::committed);
    }

    /** About how many bytes are committed. */
    long sizeInBytes() {
        return backend.sizeInBytes();
    }

    void close() {
        backend.close();
    }
}
