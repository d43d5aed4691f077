package io.tailrace.streams.dsl;

import io.tailrace.streams.topology.SinkPartitioner;
import org.jspecify.annotations.Nullable;

/**
 * How a table is joined with another one by a foreign key.
 *
 * @param partitioner tells in which partition of its topics a key of the table lies on which the join is called; {@code null}: the one that its change was read from
 * @param otherPartitioner tells in which partition of its topics a key of the other table lies; {@code null}: the key decides
 * @param name of the nodes, of the topics in between and of their store; {@code null}: one is made up
 */
public record TableJoined<K, KO>(
        @Nullable SinkPartitioner<? super K, Void> partitioner,
        @Nullable SinkPartitioner<? super KO, Void> otherPartitioner,
        @Nullable String name) {
    /** With these partitioners, which have to be those by which the tables' topics are written. */
    public static <K, KO> TableJoined<K, KO> with(
            @Nullable SinkPartitioner<? super K, Void> partitioner,
            @Nullable SinkPartitioner<? super KO, Void> otherPartitioner) {
        return new TableJoined<>(partitioner, otherPartitioner, null);
    }

    /** Under that name. */
    public static <K, KO> TableJoined<K, KO> as(String name) {
        return new TableJoined<>(null, null, name);
    }

    /** The same with keys of the table on which the join is called where that one says. */
    public TableJoined<K, KO> withPartitioner(SinkPartitioner<? super K, Void> other) {
        return new TableJoined<>(other, otherPartitioner, name);
    }

    /** The same with keys of the other table where that one says. */
    public TableJoined<K, KO> withOtherPartitioner(SinkPartitioner<? super KO, Void> other) {
        return new TableJoined<>(partitioner, other, name);
    }

    /** The same under that name. */
    public TableJoined<K, KO> withName(String other) {
        return new TableJoined<>(partitioner, otherPartitioner, other);
    }
}
