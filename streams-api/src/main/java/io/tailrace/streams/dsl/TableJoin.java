package io.tailrace.streams.dsl;

import io.tailrace.streams.state.ValueAndTimestamp;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table that two tables make, of the same keys: a change of either is joined with what the other one holds. What both sides need to know of each other; the sides
 * themselves are {@link TableJoinSide}s, and what they forward comes together in a {@link TableJoinMerge}.
 */
final class TableJoin<K, V1, V2, R> implements TableOperator<K, R> {
    private final TableOperator<K, V1> left;
    private final TableOperator<K, V2> right;
    private final TableLookup<K, V1> leftValues;
    private final TableLookup<K, V2> rightValues;
    private final ValueJoiner<? super V1, ? super V2, ? extends R> joiner;
    private final boolean leftNeeded;
    private final boolean rightNeeded;
    private final @Nullable String store;
    private boolean sendOldValues;

    /**
     * Of two tables.
     *
     * @param leftNeeded whether there is only a result where the left one has a value
     * @param rightNeeded whether there is only a result where the right one has a value
     * @param store in which it is kept; {@code null}: it is computed when it is looked up
     */
    TableJoin(
            TableOperator<K, V1> left,
            TableOperator<K, V2> right,
            ValueJoiner<? super V1, ? super V2, ? extends R> joiner,
            boolean leftNeeded,
            boolean rightNeeded,
            @Nullable String store) {
        this.left = left;
        this.right = right;
        this.joiner = joiner;
        this.leftNeeded = leftNeeded;
        this.rightNeeded = rightNeeded;
        this.store = store;
        this.leftValues = left.lookup();
        this.rightValues = right.lookup();
        // A side that may be alone has to know whether it was there before: what never was is not told to be gone.
        if (!rightNeeded) {
            left.sendOldValues(true);
        }
        if (!leftNeeded) {
            right.sendOldValues(true);
        }
    }

    TableJoinSide<K, V1, V2, R> leftSide() {
        return new TableJoinSide<>(rightValues, this::join, rightNeeded, this::sendsOldValues);
    }

    TableJoinSide<K, V2, V1, R> rightSide() {
        return new TableJoinSide<>(
                leftValues, (rightValue, leftValue) -> join(leftValue, rightValue), leftNeeded, this::sendsOldValues);
    }

    TableJoinMerge<K, R> merge() {
        return new TableJoinMerge<>(store);
    }

    /** The stores in which the left side looks up. */
    List<String> rightStores() {
        return rightValues.stores();
    }

    /** The stores in which the right side looks up. */
    List<String> leftStores() {
        return leftValues.stores();
    }

    /** What the two make; {@code null} where one is missing that is needed, or both are. */
    @SuppressWarnings("NullAway") // The joiner is told null for a value that may be missing.
    private @Nullable R join(@Nullable V1 leftValue, @Nullable V2 rightValue) {
        boolean none = leftValue == null && rightValue == null;
        if (none || (leftValue == null && leftNeeded) || (rightValue == null && rightNeeded)) {
            return null;
        }
        return joiner.apply(leftValue, rightValue);
    }

    private boolean sendsOldValues() {
        return sendOldValues;
    }

    @Override
    public boolean sendOldValues(boolean force) {
        // Both are kept in stores anyway, to be looked up.
        left.sendOldValues(true);
        right.sendOldValues(true);
        sendOldValues = true;
        return true;
    }

    @Override
    public TableLookup<K, R> lookup() {
        if (store != null) {
            return TableLookup.inStore(store);
        }
        Set<String> both = new LinkedHashSet<>(leftValues.stores());
        both.addAll(rightValues.stores());
        return new TableLookup<>(List.copyOf(both), context -> {
            TableLookup.Getter<K, V1> lefts = leftValues.opening().open(context);
            TableLookup.Getter<K, V2> rights = rightValues.opening().open(context);
            return key -> joined(lefts.get(key), rights.get(key));
        });
    }

    private @Nullable ValueAndTimestamp<R> joined(
            @Nullable ValueAndTimestamp<V1> leftFound, @Nullable ValueAndTimestamp<V2> rightFound) {
        R result = join(ValueAndTimestamp.valueOf(leftFound), ValueAndTimestamp.valueOf(rightFound));
        long leftTime = leftFound == null ? Long.MIN_VALUE : leftFound.timestamp();
        long rightTime = rightFound == null ? Long.MIN_VALUE : rightFound.timestamp();
        return ValueAndTimestamp.of(result, Math.max(leftTime, rightTime));
    }
}
