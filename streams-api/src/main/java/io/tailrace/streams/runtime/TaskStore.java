package io.tailrace.streams.runtime;

import io.tailrace.streams.state.ByteKey;
import io.tailrace.streams.state.BytesStore;
import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.ReadOnlyBytesStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A store as the processors of a task see it: what has changed since the last commit, above what is on its way with it, above what is committed. */
final class TaskStore implements BytesStore {
    /** The most that a record needs in a batch beside its key and value. */
    private static final int LOG_RECORD_BYTES = 24;

    private final ReadOnlyBytesStore committed;
    private final IntConsumer grown;
    private final byte[] logPrefix;
    private Changes open;
    private @Nullable Changes committing;

    /**
     * Above those bytes.
     *
     * @param grown is told by how many bytes what is not committed has grown
     */
    TaskStore(String name, ReadOnlyBytesStore committed, IntConsumer grown) {
        this.logPrefix = TaskLogFormat.statePrefix(name);
        this.committed = committed;
        this.grown = grown;
        this.open = newChanges();
    }

    /** An entry counts for what it takes in the log: the bytes of a commit have a bound. */
    private Changes newChanges() {
        return new Changes(logPrefix.length + LOG_RECORD_BYTES);
    }

    /** What its keys in the log begin with. */
    byte[] logPrefix() {
        return logPrefix;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        ByteKey hashed = new ByteKey(key);
        byte[] value = open.get(hashed);
        if (value == null && committing != null) {
            value = committing.get(hashed);
        }
        if (value == null) {
            return committed.get(key);
        }
        return value == Changes.GONE ? null : value;
    }

    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        grown.accept(open.put(new ByteKey(key), value));
    }

    @Override
    public Entries<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to) {
        return new LayeredEntries(layers(from, to, false), committed.range(from, to), false);
    }

    @Override
    public Entries<byte[], byte[]> reverseRange(byte @Nullable [] from, byte @Nullable [] to) {
        return new LayeredEntries(layers(from, to, true), committed.reverseRange(from, to), true);
    }

    private List<Iterator<Map.Entry<byte[], byte[]>>> layers(
            byte @Nullable [] from, byte @Nullable [] to, boolean backwards) {
        List<Iterator<Map.Entry<byte[], byte[]>>> layers = new ArrayList<>(2);
        if (from != null && to != null && Arrays.compareUnsigned(from, to) >= 0) {
            return layers;
        }
        layers.add(between(open, from, to, backwards));
        if (committing != null) {
            layers.add(between(committing, from, to, backwards));
        }
        return layers;
    }

    private static Iterator<Map.Entry<byte[], byte[]>> between(
            Changes changes, byte @Nullable [] from, byte @Nullable [] to, boolean backwards) {
        NavigableMap<byte[], byte[]> all = changes.inOrder();
        NavigableMap<byte[], byte[]> tail = from == null ? all : all.tailMap(from, true);
        NavigableMap<byte[], byte[]> part = to == null ? tail : tail.headMap(to, false);
        return (backwards ? part.descendingMap() : part).entrySet().iterator();
    }

    /** What has changed goes on its way; {@code null} if nothing has. */
    @Nullable
    Changes commit() {
        if (committing != null) {
            throw new IllegalStateException("A commit is on its way already.");
        }
        if (open.isEmpty()) {
            return null;
        }
        committing = open;
        open = newChanges();
        return committing;
    }

    /** What was on its way is among what is committed. */
    void committed() {
        committing = null;
    }

    @Override
    public void close() {
        // The bytes belong to the task.
    }
}
