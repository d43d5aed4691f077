package io.tailrace.http;

import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.partition.PartitionId;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** A record that is there. */
    record Found(long offset, long timestamp) {}

    /** The first record from that offset on; empty if there is none before the end. Fails if it takes longer. */
    CompletionStage<Optional<Found>> firstRecord(TopicPartitionId partition, long from, long end, Duration patience) {
        TopicPartition name =
                new TopicPartition(partition.topic(), partition.id().partition());
        ConsumerSettings<ByteBuffer, ByteBuffer> settings = ConsumerSettings.create(
                        node.tailrace(), Serdes.byteBuffers(), Serdes.byteBuffers())
                .withoutQuota()
                .withFetchBytes(1);
        return Consumer.plainSource(
                        settings, Subscriptions.assignmentWithOffset(name, from).until(Map.of(name, end)))
                .map(record -> new Found(record.offset(), record.timestamp()))
                // It would wait for a partition that is not available.
                .completionTimeout(patience)
                .runWith(Sink.headOption(), node.tailrace().system());
    }
}
