package io.tailrace.http;

import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.partition.PartitionId;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** What is asked of many partitions: of a few at a time. */
final class PartitionQuestions {
    private static final int AT_ONCE = 16;

    private final ServedNode node;

    PartitionQuestions(ServedNode node) {
        this.node = node;
    }

    /** The answers in the order of the questions; the first failure is that of all. */
    <T, R> CompletionStage<List<R>> each(Collection<T> all, Function<T, CompletionStage<R>> question) {
        return Source.from(all)
                .mapAsync(AT_ONCE, question::apply)
                .runWith(Sink.seq(), node.tailrace().system());
    }

    /** Where a partition begins and ends, as its leader knows it. */
    CompletionStage<OffsetRange> range(PartitionId partition) {
        return node.tailrace()
                .partitions()
                .describe(partition)
                .thenApply(found -> new OffsetRange(found.startOffset(), found.highWatermark()));
    }

    /** The offset of the first record that is not older than that; milliseconds since 1970. */
    CompletionStage<OptionalLong> offsetForTime(PartitionId partition, long millis) {
        PartitionReader reader = node.tailrace().partitions().reader(partition);
        return reader.offsetForTime(millis).whenComplete((found, failure) -> reader.close());
    }
}
