package io.tailrace.streams.dsl;

import io.tailrace.streams.state.Entries;
import io.tailrace.streams.state.KeyValue;
import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.StreamRecord;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Folds records into sliding windows. A record has a left window, which ends at it, and a right window, which begins a millisecond after it and is made when the first record comes into it. So a new record
 * goes into all windows that span it, its left window is made of what the record before it tells, and its right window of what a window that spans both it and later ones tells. A window's timestamp is
 * that of its latest record, by which the record before is known. The order in which windows are updated is that of Kafka Streams.
 */
final class SlidingFolding<K, V, A> extends WindowFolding<K, V, A> {
    SlidingFolding(WindowAggregate<K, V, A> how) {
        super(how);
    }

    @Override
    void fold(StreamRecord<K, V> record, K key, V value) {
        if (isClosed(record.timestamp())) {
            miss(record.timestamp());
        } else if (record.timestamp() < sizeMillis()) {
            foldEarly(record, key, value);
        } else {
            foldBackwards(record, key, value);
        }
    }

    /** From the right window on back to the first that ends before the record. */
    private void foldBackwards(StreamRecord<K, V> record, K key, V value) {
        long timestamp = record.timestamp();
        long leftStart = timestamp - sizeMillis();
        ValueAndTimestamp<A> spanning = null;
        ValueAndTimestamp<A> beforeLeft = null;
        boolean leftExists = false;
        boolean rightExists = false;
        long previous = -1;
        Set<Long> starts = new HashSet<>();
        try (Entries<Long, ValueAndTimestamp<A>> windows =
                store().backwardFetch(key, Math.max(0, leftStart - sizeMillis()), timestamp + 1)) {
            while (windows.hasNext() && beforeLeft == null) {
                KeyValue<Long, ValueAndTimestamp<A>> window = windows.next();
                long start = Objects.requireNonNull(window.key());
                ValueAndTimestamp<A> content = Objects.requireNonNull(window.value());
                starts.add(start);
                if (start == timestamp + 1) {
                    rightExists = true;
                } else if (start < leftStart) {
                    beforeLeft = content;
                    previous = content.timestamp();
                } else {
                    update(record, key, value, start, content.value(), content.timestamp(), true);
                    if (start > leftStart) {
                        spanning = spanning == null ? content : spanning;
                    } else {
                        leftExists = true;
                        if (content.timestamp() >= timestamp) {
                            // Its left window has its moment in it, so there was a record at that moment, with all
                            // windows that it needs.
                            return;
                        }
                        previous = content.timestamp();
                    }
                }
            }
        }
        if (previous >= 0 && previous + 1 + sizeMillis() >= timestamp && !starts.contains(previous + 1)) {
            update(record, key, value, previous + 1, nothing(), timestamp, false);
        }
        if (!leftExists) {
            A before = beforeLeft != null && previous >= leftStart ? beforeLeft.value() : nothing();
            update(record, key, value, leftStart, before, timestamp, false);
        }
        if (!rightExists) {
            makeRight(record, key, spanning);
        }
    }

    /** A left window cannot begin before 1970: records from before a window can end share the window that begins then. */
    private void foldEarly(StreamRecord<K, V> record, K key, V value) {
        long timestamp = record.timestamp();
        ValueAndTimestamp<A> first = null;
        ValueAndTimestamp<A> spanning = null;
        boolean rightExists = false;
        boolean rightOfPreviousExists = false;
        long previous = -1;
        try (Entries<Long, ValueAndTimestamp<A>> windows = store().fetch(key, 0, timestamp + 1)) {
            while (windows.hasNext()) {
                KeyValue<Long, ValueAndTimestamp<A>> window = windows.next();
                long start = Objects.requireNonNull(window.key());
                ValueAndTimestamp<A> content = Objects.requireNonNull(window.value());
                rightOfPreviousExists |= previous >= 0 && start == previous + 1;
                if (start == 0) {
                    first = content;
                    previous = content.timestamp() < timestamp ? content.timestamp() : -1;
                } else if (start <= timestamp) {
                    spanning = content;
                    update(record, key, value, start, content.value(), content.timestamp(), true);
                } else {
                    rightExists = true;
                }
            }
        }
        if (!rightExists) {
            makeRight(record, key, spanning == null ? first : spanning);
        }
        if (previous >= 0 && !rightOfPreviousExists) {
            update(record, key, value, previous + 1, nothing(), timestamp, false);
        }
        A before = first == null ? nothing() : first.value();
        update(record, key, value, 0, before, first == null ? timestamp : first.timestamp(), first != null);
    }

    /** Makes the right window if there are records in it: those of a window that spans the record and has later ones. */
    private void makeRight(StreamRecord<K, V> record, K key, @Nullable ValueAndTimestamp<A> spanning) {
        if (spanning != null && spanning.timestamp() > record.timestamp()) {
            copy(record, key, record.timestamp() + 1, spanning);
        }
    }
}
