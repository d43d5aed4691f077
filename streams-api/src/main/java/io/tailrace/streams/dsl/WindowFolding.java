package io.tailrace.streams.dsl;

import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.state.Window;
import io.tailrace.streams.state.WindowStore;
import io.tailrace.streams.state.Windowed;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Folds each record into the windows that it belongs to. A window that has closed takes no more; a record that is too late for any of its windows is dropped as {@link DropReason#LATE}, once, whether or not
 * others have taken it.
 */
abstract class WindowFolding<K, V, A> implements Processor<K, V, Windowed<K>, Change<A>> {
    private final WindowAggregate<K, V, A> how;
    private final WindowSpans spans;
    private final boolean tellsUpdates;
    private @Nullable ProcessorContext<Windowed<K>, Change<A>> context;
    private @Nullable WindowStore<K, ValueAndTimestamp<A>> store;
    private @Nullable WindowProgress<K> progress;
    /** Windows that start then or earlier have closed. */
    private long closedUpTo;

    private long streamTime;
    /** The starts of the first and the last closed window that the present record belongs to; -1: none. */
    private long firstMissed;

    private long lastMissed;

    WindowFolding(WindowAggregate<K, V, A> how) {
        this.how = how;
        this.spans = how.spans();
        this.tellsUpdates = how.emit() == EmitStrategy.ON_WINDOW_UPDATE;
    }

    @Override
    public final void init(ProcessorContext<Windowed<K>, Change<A>> given) {
        context = given;
        store = given.store(how.store());
        progress = given.store(how.progressStore());
    }

    @Override
    @SuppressWarnings("NullAway") // Nothing is processed before init.
    public final void process(StreamRecord<K, V> record) {
        K key = record.key();
        V value = record.value();
        if (key == null || value == null) {
            context.drop(record, key == null ? DropReason.NULL_KEY : DropReason.NULL_VALUE);
            return;
        }
        streamTime = progress.advance(how.input(), record.timestamp());
        closedUpTo = streamTime - spans.closesAfter();
        if (!tellsUpdates) {
            // Before the record is taken: with it, the store may forget what it leaves behind.
            progress.close(closedUpTo, (closed, start) -> tell(record, closed, start));
        }
        firstMissed = -1;
        lastMissed = -1;
        fold(record, key, value);
        if (firstMissed >= 0) {
            context.drop(record, DropReason.LATE, this::missed);
        }
    }

    /** Gives the record to all its windows, with {@link #update}. */
    abstract void fold(StreamRecord<K, V> record, K key, V value);

    @SuppressWarnings("NullAway") // Not before init.
    final WindowStore<K, ValueAndTimestamp<A>> store() {
        return store;
    }

    final long sizeMillis() {
        return spans.size();
    }

    /** What is in a window before the first record. */
    final @Nullable A nothing() {
        return how.fold().nothing();
    }

    final boolean isClosed(long windowStart) {
        return windowStart <= closedUpTo;
    }

    final void miss(long windowStart) {
        firstMissed = firstMissed < 0 ? windowStart : Math.min(firstMissed, windowStart);
        lastMissed = Math.max(lastMissed, windowStart);
    }

    private String missed() {
        String missed = firstMissed == lastMissed
                ? "The window that starts at " + firstMissed + " is"
                : "The windows that start at " + firstMissed + " to " + lastMissed + " are";
        return missed + " closed: the time of the stream is " + streamTime + ".";
    }

    /**
     * Folds the record into a window, unless that has closed.
     *
     * @param before what is in the window; {@code null}: nothing
     * @param asOf the timestamp of that
     * @param exists whether the window is in the store
     */
    @SuppressWarnings("NullAway") // Not before init.
    final void update(
            StreamRecord<K, V> record, K key, V value, long start, @Nullable A before, long asOf, boolean exists) {
        if (isClosed(start)) {
            miss(start);
            return;
        }
        A now = how.fold().apply(key, value, before);
        long timestamp = before == null ? record.timestamp() : Math.max(record.timestamp(), asOf);
        put(key, start, ValueAndTimestamp.of(now, timestamp), exists);
        if (tellsUpdates) {
            forward(record, key, start, now, before, timestamp);
        }
    }

    /** Makes a window that has the same in it as another had. */
    final void copy(StreamRecord<K, V> record, K key, long start, ValueAndTimestamp<A> content) {
        put(key, start, content, false);
        if (tellsUpdates) {
            forward(record, key, start, content.value(), null, content.timestamp());
        }
    }

    @SuppressWarnings("NullAway") // Not before init.
    private void put(K key, long start, @Nullable ValueAndTimestamp<A> content, boolean exists) {
        store.put(key, content, start);
        if (!tellsUpdates && !exists) {
            progress.opened(key, start);
        }
    }

    @SuppressWarnings("NullAway") // Not before init.
    private void tell(StreamRecord<K, V> record, K key, long start) {
        ValueAndTimestamp<A> found = store.fetch(key, start);
        if (found != null) {
            forward(record, key, start, found.value(), null, found.timestamp());
        }
    }

    @SuppressWarnings("NullAway") // Not before init.
    private void forward(
            StreamRecord<K, V> record, K key, long start, @Nullable A now, @Nullable A before, long timestamp) {
        context.forward(new StreamRecord<>(
                new Windowed<>(key, Window.ofSize(start, spans.size())),
                new Change<>(now, how.sendsOldValues() ? before : null),
                timestamp,
                record.headers()));
    }
}
