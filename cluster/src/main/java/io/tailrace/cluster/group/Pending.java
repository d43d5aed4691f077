package io.tailrace.cluster.group;

import java.util.function.Consumer;

/**
 * A wish that waits for its turn, or is being stored.
 *
 * @param weight about as many bytes as it takes
 * @param then hears what became of it; also with OUTCOME_UNKNOWN, or with COORDINATOR_UNAVAILABLE if it was certainly not done
 */
record Pending(GroupOp op, long weight, Consumer<Outcome> then) {
    private static final int BYTES = 200;

    static Pending of(GroupOp op, Consumer<Outcome> then) {
        return new Pending(op, BYTES + weight(op), then);
    }

    private static long weight(GroupOp op) {
        if (op instanceof GroupOp.Commit commit) {
            return commit.commits().stream()
                    .mapToLong(each -> BYTES + 2L * each.metadata().length())
                    .sum();
        }
        if (op instanceof GroupOp.Join join) {
            return join.member().weight();
        }
        if (op instanceof GroupOp.Release release) {
            return (long) BYTES * release.partitions().size();
        }
        if (op instanceof GroupOp.Reset reset) {
            return (long) BYTES * reset.offsets().size();
        }
        return op instanceof GroupOp.DeleteOffsets delete
                ? (long) BYTES * delete.partitions().size()
                : 0;
    }
}
