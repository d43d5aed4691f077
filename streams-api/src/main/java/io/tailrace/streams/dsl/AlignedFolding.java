package io.tailrace.streams.dsl;

import io.tailrace.streams.state.ValueAndTimestamp;
import io.tailrace.streams.topology.StreamRecord;

/** Folds records into windows that begin at fixed times: the earliest first. */
final class AlignedFolding<K, V, A> extends WindowFolding<K, V, A> {
    private final long advanceMillis;
    /** Before it there are no windows. */
    private final long beginning;

    AlignedFolding(WindowAggregate<K, V, A> how, TimeWindows windows) {
        super(how);
        this.advanceMillis = windows.advance().toMillis();
        this.beginning = 0;
    }

    AlignedFolding(WindowAggregate<K, V, A> how, UnlimitedWindows windows) {
        super(how);
        this.advanceMillis = Long.MAX_VALUE;
        this.beginning = windows.start().toEpochMilli();
    }

    @Override
    void fold(StreamRecord<K, V> record, K key, V value) {
        long timestamp = record.timestamp();
        if (timestamp < beginning) {
            return;
        }
        // The first multiple of the advance whose window has not ended before the record.
        long first = timestamp < sizeMillis()
                ? beginning
                : (timestamp - sizeMillis() + advanceMillis) / advanceMillis * advanceMillis;
        for (long start = first; start >= 0 && start <= timestamp; start += advanceMillis) {
            if (isClosed(start)) {
                miss(start);
            } else {
                ValueAndTimestamp<A> found = store().fetch(key, start);
                A before = found == null ? nothing() : found.value();
                long asOf = found == null ? timestamp : found.timestamp();
                update(record, key, value, start, before, asOf, found != null);
            }
        }
    }
}
