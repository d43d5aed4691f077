package io.tailrace.streams.dsl;

import java.util.List;
import java.util.OptionalLong;

/**
 * Operators that share a store and make one table together.
 *
 * @param operators one at least
 */
record MergedTables<K, V>(List<TableOperator<K, V>> operators) implements TableOperator<K, V> {
    @Override
    public boolean sendOldValues(boolean force) {
        boolean all = true;
        for (TableOperator<K, V> operator : operators) {
            all &= operator.sendOldValues(force);
        }
        return all;
    }

    @Override
    public TableLookup<K, V> lookup() {
        return operators.get(0).lookup();
    }

    @Override
    public OptionalLong openMillis() {
        return operators.get(0).openMillis();
    }
}
