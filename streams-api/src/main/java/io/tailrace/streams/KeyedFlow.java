package io.tailrace.streams;

import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.FlowWithContext;
import org.jspecify.annotations.Nullable;

/**
 * Work on records in parallel that keeps the order of each key: as parallel as there are keys, however few partitions there are.
 *
 * <pre>{@code
 * Consumer.committableSource(settings.withGroupId("billing"), Subscriptions.topics("orders"))
 *     .via(KeyedFlow.mapAsyncByKey(500, message -> bill(message.record()).thenApply(done -> message.committableOffset())))
 *     .toMat(Committer.sink(CommitterSettings.create(system)), Consumer::createDrainingControl)
 *     .run(system);
 * }</pre>
 *
 * <p><b>A record is acknowledged</b> when the stage completes that was returned for it. Only then the next record of its key and partition is begun.
 * Records without key wait for none.
 *
 * <p><b>No hole is ever committed over.</b> Results are emitted in the order of the records within each partition, whatever order they were done in:
 * a record that is not done holds back what is behind it in its partition, and nothing of other partitions. So whatever a {@link Committer}
 * downstream commits, all records before it are done. How far others may be ahead of such a record is bounded by
 * {@link KeyedSettings#maxAhead()}; then its partition is paused, and others go on.
 *
 * <p>A stage that fails, or a function that throws, fails the stream: records that were done behind one that was not are worked on again after a
 * restart. A stage that completes with {@code null} acknowledges its record and emits nothing; a partition is then given back late, see
 * {@link Committer}. When a partition goes to another consumer, what was emitted of it is done first; of a partition that was taken away nothing is
 * begun any more. Keys are compared by {@code equals}, arrays of bytes by what is in them.
 */
public final class KeyedFlow {
    private KeyedFlow() {}

    /** So many records at once, in order within the record's key. */
    public static <K, V, T> Flow<CommittableMessage<K, V>, T, NotUsed> mapAsyncByKey(
            int parallelism, Function<CommittableMessage<K, V>, ? extends CompletionStage<T>> work) {
        return mapAsyncByKey(
                KeyedSettings.of(parallelism), message -> message.record().key(), work);
    }

    /**
     * The same with other bounds and another key.
     *
     * @param keyOf what records have in common that need to stay in order; {@code null} for one that need not wait for any other
     */
    public static <K, V, T> Flow<CommittableMessage<K, V>, T, NotUsed> mapAsyncByKey(
            KeyedSettings settings,
            Function<CommittableMessage<K, V>, @Nullable Object> keyOf,
            Function<CommittableMessage<K, V>, ? extends CompletionStage<T>> work) {
        return Flow.fromGraph(new KeyedStage<>(
                settings, new KeyedStage.Work<>(message -> origin(message.committableOffset()), keyOf, work)));
    }

    /** The same for streams whose context is the offset, such as those of {@link Consumer#sourceWithOffsetContext}. */
    public static <K, V, T>
            FlowWithContext<ConsumerRecord<K, V>, CommittableOffset, T, CommittableOffset, NotUsed>
                    mapAsyncByKeyWithOffsetContext(
                            KeyedSettings settings,
                            Function<ConsumerRecord<K, V>, @Nullable Object> keyOf,
                            Function<ConsumerRecord<K, V>, ? extends CompletionStage<T>> work) {
        KeyedStage.Work<Pair<ConsumerRecord<K, V>, CommittableOffset>, Pair<T, CommittableOffset>> pairs =
                new KeyedStage.Work<>(
                        pair -> origin(pair.second()),
                        pair -> keyOf.apply(pair.first()),
                        pair -> work.apply(pair.first()).thenApply(result -> paired(result, pair.second())));
        return FlowWithContext.fromPairs(Flow.fromGraph(new KeyedStage<>(settings, pairs)));
    }

    /** The same for records of which nothing is committed by a group; a partition that has to wait is backpressured with all others. */
    public static <K, V, T> Flow<ConsumerRecord<K, V>, T, NotUsed> plainMapAsyncByKey(
            KeyedSettings settings,
            Function<ConsumerRecord<K, V>, @Nullable Object> keyOf,
            Function<ConsumerRecord<K, V>, ? extends CompletionStage<T>> work) {
        return Flow.fromGraph(new KeyedStage<>(
                settings,
                new KeyedStage.Work<>(record -> new KeyedOrigin.Plain(record.topicPartition()), keyOf, work)));
    }

    private static <T> @Nullable Pair<T, CommittableOffset> paired(@Nullable T result, CommittableOffset offset) {
        return result == null ? null : Pair.create(result, offset);
    }

    private static KeyedOrigin origin(CommittableOffset offset) {
        return ((EmittedOffset) offset).owned().term();
    }
}
