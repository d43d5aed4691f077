package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.List;

/** What became of a {@link GroupOp}, once its events are stored. */
sealed interface Outcome {
    /** It is as it was wanted, or was so already. */
    record Done() implements Outcome {}

    /** It is as it was wanted but for these partitions, which are somebody else's. */
    record Stale(List<PartitionId> partitions) implements Outcome {
        /** Takes a copy. */
        public Stale {
            partitions = List.copyOf(partitions);
        }
    }

    /** Nothing has changed. */
    record Refused(ErrorCode code, String message) implements Outcome {
        static Refused of(TailraceException why) {
            return new Refused(why.code(), String.valueOf(why.getMessage()));
        }
    }
}
