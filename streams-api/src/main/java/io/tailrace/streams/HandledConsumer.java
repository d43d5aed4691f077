package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/** A consumer as its handler sees it in one call. */
final class HandledConsumer implements RestrictedConsumer {
    private final Set<TopicPartition> coming;
    private final Set<TopicPartition> here;
    private final ObjLongConsumer<TopicPartition> seek;
    private final Map<TopicPartition, Long> sought = new HashMap<>();

    /** With partitions that are not read yet, and others of which {@code seek} changes where they are. */
    HandledConsumer(Set<TopicPartition> coming, Set<TopicPartition> here, ObjLongConsumer<TopicPartition> seek) {
        this.coming = coming;
        this.here = here;
        this.seek = seek;
    }

    @Override
    public Set<TopicPartition> assignment() {
        Set<TopicPartition> all = new HashSet<>(here);
        all.addAll(coming);
        return all;
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        if (offset < 0) {
            throw new TailraceException(ErrorCode.INVALID_ARGUMENT, "Offsets are numbered from 0, not " + offset + ".");
        }
        if (coming.contains(partition)) {
            sought.put(partition, offset);
        } else if (here.contains(partition)) {
            seek.accept(partition, offset);
        } else {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The consumer does not have " + partition + ": name one of " + assignment() + ".");
        }
    }

    /** Where the handler wants to begin, else that. */
    @Nullable
    Long sought(TopicPartition partition, @Nullable Long otherwise) {
        return sought.getOrDefault(partition, otherwise);
    }
}
