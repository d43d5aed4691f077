package io.tailrace.streams.dsl;

import java.util.OptionalLong;

/** What makes a table's changes, as those behind it see it while the topology is put together. */
interface TableOperator<K, V> {
    /**
     * Asks for old values to be sent along with new ones.
     *
     * @param force also if that takes a store that would not be there otherwise
     * @return whether they are
     */
    boolean sendOldValues(boolean force);

    /** How to look its values up; this may bring a store about. */
    TableLookup<K, V> lookup();

    /** How long after its end a window of the table may still change, in milliseconds; empty: its keys are in no windows, or in ones that never close. */
    default OptionalLong openMillis() {
        return OptionalLong.empty();
    }
}
