package io.tailrace.streams;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The records of one partition between being taken in and being passed on: begun in order within a key, passed on in the order of the
 * partition, whatever order they are done in. None is begun that is {@code maxAhead} or more behind the first that is not passed on. Not
 * thread-safe.
 */
final class KeyedLane<I, T> {
    private final KeyedOrigin origin;
    private final int maxAhead;
    /** Calls that for a record that may begin. */
    private final Consumer<KeyedTask<I, T>> ready;
    /** In order, from the first that is not passed on. */
    private final ArrayDeque<KeyedTask<I, T>> admitted = new ArrayDeque<>();
    /** Too far ahead. */
    private final ArrayDeque<KeyedTask<I, T>> outside = new ArrayDeque<>();
    /** Of each key the last that is admitted and not done. */
    private final Map<Object, KeyedTask<I, T>> lastOfKey = new HashMap<>();

    private boolean held;

    KeyedLane(KeyedOrigin origin, int maxAhead, Consumer<KeyedTask<I, T>> ready) {
        this.origin = origin;
        this.maxAhead = maxAhead;
        this.ready = ready;
    }

    KeyedOrigin origin() {
        return origin;
    }

    /** The next record of the partition. */
    void add(I element, @Nullable Object key) {
        KeyedTask<I, T> task = new KeyedTask<>(element, this, key);
        if (admitted.size() < maxAhead) {
            admit(task);
        } else {
            outside.add(task);
        }
        if (!held && admitted.size() >= maxAhead) {
            held = true;
            origin.hold();
        }
    }

    private void admit(KeyedTask<I, T> task) {
        admitted.add(task);
        KeyedTask<I, T> before = task.key == null ? null : lastOfKey.put(task.key, task);
        if (before == null) {
            ready.accept(task);
        } else {
            before.next = task;
        }
    }

    /** That one is done, and the next of its key may begin. */
    void done(KeyedTask<I, T> task) {
        task.done = true;
        KeyedTask<I, T> next = task.next;
        if (next != null) {
            ready.accept(next);
        } else if (task.key != null) {
            lastOfKey.remove(task.key);
        }
    }

    /** Whether the next record to be passed on is done. */
    boolean isHeadDone() {
        KeyedTask<I, T> head = admitted.peek();
        return head != null && head.done;
    }

    /** Takes the next record to be passed on, which lets one more begin. */
    KeyedTask<I, T> take() {
        KeyedTask<I, T> head = admitted.remove();
        KeyedTask<I, T> more = outside.poll();
        if (more != null) {
            admit(more);
        }
        if (held && admitted.size() <= maxAhead / 2) {
            release();
        }
        return head;
    }

    /** The partition may go on. */
    void release() {
        if (held) {
            held = false;
            origin.release();
        }
    }

    boolean isEmpty() {
        return admitted.isEmpty();
    }
}
