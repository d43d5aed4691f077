package io.tailrace.streams;

import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.ConsumerLogic.Emitted;
import io.tailrace.streams.ConsumerMessage.CommittableMessage;
import io.tailrace.streams.ConsumerMessage.CommittableOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.SourceWithContext;
import org.jspecify.annotations.Nullable;

/**
 * Streams that read from topics.
 *
 * <pre>{@code
 * ConsumerSettings<String, String> settings =
 *     ConsumerSettings.create(tailrace, Serdes.strings(), Serdes.strings());
 *
 * Consumer.DrainingControl<Done> control = Consumer.plainSource(
 *         settings, Subscriptions.assignmentWithOffset(new TopicPartition("numbers", 0), 42))
 *     .mapAsync(4, record -> store(record.offset(), record.value()))
 *     .toMat(Sink.ignore(), Consumer::createDrainingControl)
 *     .run(system);
 * // later
 * control.drainAndShutdown(executor);
 * }</pre>
 *
 * <p><b>Demand drives fetching.</b> Bytes are asked for only when downstream wants records; while those of one chunk go out, the
 * next chunk of that partition is fetched, never more. At the end of a partition the request waits in the reader until
 * something is committed: nothing polls.
 *
 * <p><b>Nothing is skipped unnoticed.</b> Within a partition records arrive in offset order, with the timestamps, headers and
 * {@code null}s that were sent. Several partitions take turns, chunk by chunk. The stream fails with
 * OFFSET_OUT_OF_RANGE if the records asked for are gone, with CORRUPT_LOG if a checksum does not match, with
 * SERIALIZATION_FAILED if a deserializer throws and {@link ConsumerSettings#withDecodingDecider} does not say otherwise; the message names partition
 * and offset. An unavailable partition is asked again
 * after a pause. Slow is not dead: a consumer may take as long as it likes over a record.
 *
 * <p><b>Groups share topics.</b> A subscription to topics makes the consumer a member of the group that its settings name. Partitions come and
 * go while it runs; those that stay never stop. See {@link #committableSource} and {@link Committer}:
 *
 * <pre>{@code
 * Consumer.DrainingControl<Done> control = Consumer.committableSource(
 *         settings.withGroupId("billing"), Subscriptions.topics("orders"))
 *     .mapAsync(4, message -> bill(message.record().value()).thenApply(done -> message.committableOffset()))
 *     .toMat(Committer.sink(CommitterSettings.create(system)), Consumer::createDrainingControl)
 *     .run(system);
 * }</pre>
 */
public final class Consumer {
    private Consumer() {}

    /**
     * The records of the partitions that the subscription names or the group deals out. Where to begin after a restart is for the application to store: the
     * offset to store is that of the last record done, plus one. Of a subscription to topics nothing is committed either: a partition that goes
     * to another consumer of the group does so at once, and is read there from where somebody has committed.
     *
     * @throws TailraceException INVALID_SETTING if topics are subscribed to and the settings name no group
     */
    public static <K, V> Source<ConsumerRecord<K, V>, Control> plainSource(
            ConsumerSettings<K, V> settings, Subscription subscription) {
        return Source.fromGraph(ConsumerStage.plain(settings, subscription));
    }

    /**
     * The records of the partitions that the consumer's group deals to it, with offsets to commit by a {@link Committer}: at least once. What
     * was emitted before a partition goes to another consumer of the group is waited for, see {@link ConsumerSettings#withMaxDrain}, so a
     * planned change of the group's consumers makes no duplicates.
     *
     * <p>A subscription that names partitions, as for Kafka's {@code assign}, joins nothing: their offsets are stored with the group that the settings name,
     * which must have no members (a commit fails the stream with GROUP_ACTIVE otherwise), and where the subscription names no offset it begins there.
     * Such a stream never sets a group back: what it reads again is committed again when it has passed that.
     *
     * @throws TailraceException INVALID_SETTING if the settings name no group; INVALID_ARGUMENT if the subscription names partitions with an end
     */
    public static <K, V> Source<CommittableMessage<K, V>, Control> committableSource(
            ConsumerSettings<K, V> settings, Subscription subscription) {
        return Source.fromGraph(ConsumerStage.committable(settings, plan(subscription), CommittableMessages.plain()));
    }

    /**
     * As {@link #plainSource}, of partitions that the application has assigned, with the settings and the end that several streams share.
     *
     * @param consumer in the place of a {@code KafkaConsumerActor}
     */
    public static <K, V> Source<ConsumerRecord<K, V>, Control> plainExternalSource(
            SharedConsumer<K, V> consumer, ManualSubscription subscription) {
        return consumer.shared(plainSource(consumer.settings(), subscription));
    }

    /**
     * As {@link #committableSource}, of partitions that the application has assigned, with the settings and the end that several streams share.
     *
     * @param groupId of the group with which the offsets are stored, whatever the settings name
     */
    public static <K, V> Source<CommittableMessage<K, V>, Control> committableExternalSource(
            SharedConsumer<K, V> consumer, ManualSubscription subscription, String groupId) {
        return consumer.shared(committableSource(consumer.settings().withGroupId(groupId), subscription));
    }

    /**
     * The same, with metadata of the application's that is stored with each offset.
     *
     * @param metadataFromRecord at most {@link CommittedOffset#MAX_METADATA} characters; more fails the stream with INVALID_ARGUMENT
     */
    public static <K, V> Source<CommittableMessage<K, V>, Control> commitWithMetadataSource(
            ConsumerSettings<K, V> settings,
            Subscription subscription,
            Function<ConsumerRecord<K, V>, String> metadataFromRecord) {
        return Source.fromGraph(ConsumerStage.committable(
                settings,
                GroupPlan.of(shared(subscription), true),
                CommittableMessages.withMetadata(metadataFromRecord)));
    }

    /** As {@link #committableSource}, with the offset as the stream's context. */
    public static <K, V> SourceWithContext<ConsumerRecord<K, V>, CommittableOffset, Control> sourceWithOffsetContext(
            ConsumerSettings<K, V> settings, Subscription subscription) {
        return withContext(committableSource(settings, subscription));
    }

    /** As {@link #commitWithMetadataSource}, with the offset as the stream's context. */
    public static <K, V> SourceWithContext<ConsumerRecord<K, V>, CommittableOffset, Control> sourceWithOffsetContext(
            ConsumerSettings<K, V> settings,
            Subscription subscription,
            Function<ConsumerRecord<K, V>, String> metadataFromRecord) {
        return withContext(commitWithMetadataSource(settings, subscription, metadataFromRecord));
    }

    /**
     * As {@link #committableSource}, each record being committed before it is emitted: at most once. One commit for each record makes that
     * slow; of a record whose partition went to another consumer before it was committed nothing is emitted.
     */
    public static <K, V> Source<ConsumerRecord<K, V>, Control> atMostOnceSource(
            ConsumerSettings<K, V> settings, Subscription subscription) {
        return Consumer.<K, V>committableSource(settings, subscription)
                .mapAsync(1, CommittableMessages::committed)
                .filter(Optional::isPresent)
                .map(Optional::get);
    }

    /**
     * Works on records in parallel, in order within a key, and emits offsets to commit in the order of their partitions: as
     * {@link #committableSource} with a {@link KeyedFlow#mapAsyncByKey}.
     *
     * <pre>{@code
     * Consumer.keyedSource(settings, Subscriptions.topics("orders"), 500, record -> bill(record.value()))
     *     .toMat(Committer.sink(CommitterSettings.create(system)), Consumer::createDrainingControl)
     *     .run(system);
     * }</pre>
     *
     * @param parallelism records that are worked on at once, whatever partitions they are of
     * @param work its stage completes when the record is done, with whatever; if it fails, so does the stream
     */
    public static <K, V> Source<CommittableOffset, Control> keyedSource(
            ConsumerSettings<K, V> settings,
            Subscription subscription,
            int parallelism,
            Function<ConsumerRecord<K, V>, ? extends CompletionStage<?>> work) {
        return keyedSource(
                settings, subscription, KeyedSettings.of(parallelism), ConsumerRecord::key, message -> work.apply(
                                message.record())
                        .thenApply(done -> message.committableOffset()));
    }

    /**
     * The same with other bounds, another key and results of one's own.
     *
     * @param keyOf what records have in common that need to stay in order; {@code null} for one that need not wait for any other
     * @param work its stage completes with what is emitted when the record is done
     */
    public static <K, V, T> Source<T, Control> keyedSource(
            ConsumerSettings<K, V> settings,
            Subscription subscription,
            KeyedSettings keyed,
            Function<ConsumerRecord<K, V>, @Nullable Object> keyOf,
            Function<CommittableMessage<K, V>, ? extends CompletionStage<T>> work) {
        return committableSource(settings, subscription)
                .via(KeyedFlow.mapAsyncByKey(keyed, message -> keyOf.apply(message.record()), work));
    }

    /**
     * Records that are read again, from one place to another; the source completes when it is there. It belongs to no group and commits
     * nothing, so whoever else reads them is not disturbed; a group of the settings does not matter, nor does
     * {@link ConsumerSettings#withAutoOffsetReset}.
     *
     * <pre>{@code
     * Consumer.replaySource(settings, ReplayRange.ofTopics("orders").from(yesterday).until(today))
     * }</pre>
     *
     * <p>Where it ends is settled when it starts: it does not wait for records that are not there yet.
     */
    public static <K, V> Source<ConsumerRecord<K, V>, Control> replaySource(
            ConsumerSettings<K, V> settings, ReplayRange range) {
        return Source.fromGraph(ConsumerStage.replay(settings.withAutoOffsetReset(AutoOffsetReset.EARLIEST), range));
    }

    /**
     * A source for each partition that the consumer's group deals to it, so that each has its own backpressure. It completes when its partition
     * goes to another consumer; if its stream wants no more of it before that, it is emitted once more and goes on behind the last record that
     * it emitted. Each has two chunks of {@link ConsumerSettings#fetchBytes()} at most.
     */
    public static <K, V>
            Source<Pair<TopicPartition, Source<ConsumerRecord<K, V>, NotUsed>>, Control> plainPartitionedSource(
                    ConsumerSettings<K, V> settings, AutoSubscription subscription) {
        return partitioned(settings, GroupPlan.of(subscription, false), (record, owned) -> record);
    }

    /** As {@link #plainPartitionedSource}, with offsets to commit: nothing is given back before what was emitted is committed. */
    public static <K, V>
            Source<Pair<TopicPartition, Source<CommittableMessage<K, V>, NotUsed>>, Control>
                    committablePartitionedSource(ConsumerSettings<K, V> settings, AutoSubscription subscription) {
        return partitioned(settings, GroupPlan.of(subscription, true), CommittableMessages.plain());
    }

    /** As {@link #committablePartitionedSource}, with metadata as in {@link #commitWithMetadataSource}. */
    public static <K, V>
            Source<Pair<TopicPartition, Source<CommittableMessage<K, V>, NotUsed>>, Control>
                    commitWithMetadataPartitionedSource(
                            ConsumerSettings<K, V> settings,
                            AutoSubscription subscription,
                            Function<ConsumerRecord<K, V>, String> metadataFromRecord) {
        return partitioned(
                settings, GroupPlan.of(subscription, true), CommittableMessages.withMetadata(metadataFromRecord));
    }

    /**
     * As {@link #plainPartitionedSource}, for offsets that are stored elsewhere.
     *
     * @param getOffsetsOnAssign the offsets of the next records to read; a partition that is not named begins where the group has committed
     */
    public static <K, V>
            Source<Pair<TopicPartition, Source<ConsumerRecord<K, V>, NotUsed>>, Control>
                    plainPartitionedManualOffsetSource(
                            ConsumerSettings<K, V> settings,
                            AutoSubscription subscription,
                            Function<Set<TopicPartition>, CompletionStage<Map<TopicPartition, Long>>>
                                    getOffsetsOnAssign) {
        return plainPartitionedManualOffsetSource(settings, subscription, getOffsetsOnAssign, revoked -> {});
    }

    /**
     * The same.
     *
     * @param onRevoke hears, on the stream's thread, of partitions of which no more is emitted
     */
    public static <K, V>
            Source<Pair<TopicPartition, Source<ConsumerRecord<K, V>, NotUsed>>, Control>
                    plainPartitionedManualOffsetSource(
                            ConsumerSettings<K, V> settings,
                            AutoSubscription subscription,
                            Function<Set<TopicPartition>, CompletionStage<Map<TopicPartition, Long>>>
                                    getOffsetsOnAssign,
                            java.util.function.Consumer<Set<TopicPartition>> onRevoke) {
        GroupPlan plan = GroupPlan.of(subscription, false).startingAt(getOffsetsOnAssign::apply, onRevoke);
        return partitioned(settings, plan, (record, owned) -> record);
    }

    /** As {@link #plainPartitionedManualOffsetSource}, with offsets to commit besides. */
    public static <K, V>
            Source<Pair<TopicPartition, Source<CommittableMessage<K, V>, NotUsed>>, Control>
                    committablePartitionedManualOffsetSource(
                            ConsumerSettings<K, V> settings,
                            AutoSubscription subscription,
                            Function<Set<TopicPartition>, CompletionStage<Map<TopicPartition, Long>>>
                                    getOffsetsOnAssign) {
        return committablePartitionedManualOffsetSource(settings, subscription, getOffsetsOnAssign, revoked -> {});
    }

    /**
     * The same.
     *
     * @param onRevoke hears, on the stream's thread, of partitions of which no more is emitted
     */
    public static <K, V>
            Source<Pair<TopicPartition, Source<CommittableMessage<K, V>, NotUsed>>, Control>
                    committablePartitionedManualOffsetSource(
                            ConsumerSettings<K, V> settings,
                            AutoSubscription subscription,
                            Function<Set<TopicPartition>, CompletionStage<Map<TopicPartition, Long>>>
                                    getOffsetsOnAssign,
                            java.util.function.Consumer<Set<TopicPartition>> onRevoke) {
        GroupPlan plan = GroupPlan.of(subscription, true).startingAt(getOffsetsOnAssign::apply, onRevoke);
        return partitioned(settings, plan, CommittableMessages.plain());
    }

    private static <K, V, T> Source<Pair<TopicPartition, Source<T, NotUsed>>, Control> partitioned(
            ConsumerSettings<K, V> settings, GroupPlan plan, Emitted<K, V, T> emitted) {
        return Source.fromGraph(new PartitionedStage<>(settings, plan, emitted));
    }

    private static <K, V> SourceWithContext<ConsumerRecord<K, V>, CommittableOffset, Control> withContext(
            Source<CommittableMessage<K, V>, Control> source) {
        return source.asSourceWithContext(CommittableMessage::committableOffset).map(CommittableMessage::record);
    }

    private static GroupPlan plan(Subscription subscription) {
        if (subscription instanceof ManualSubscription manual && manual.hasEnd()) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "What is committed has no end: use replaySource, or plainSource and store the offsets yourself.");
        }
        return subscription instanceof ManualSubscription manual
                ? GroupPlan.of(manual)
                : GroupPlan.of((AutoSubscription) subscription, true);
    }

    private static AutoSubscription shared(Subscription subscription) {
        if (subscription instanceof AutoSubscription topics) {
            return topics;
        }
        throw new TailraceException(
                ErrorCode.INVALID_ARGUMENT,
                "Metadata is stored with partitions that a consumer group has dealt out: use Subscriptions.topics, or committableSource.");
    }

    /** Stops the stream from outside. Every method may be called from any thread, and more than once. */
    public interface Control {
        /**
         * Emits no more and completes the source, so that what is downstream can finish. The source's readers stay open until
         * {@link #shutdown}, at most for {@link ConsumerSettings#stopTimeout()}. The stage completes when that is done. A member of a group
         * leaves as soon as everything that was emitted is committed.
         */
        CompletionStage<Done> stop();

        /**
         * Completes the source and closes its readers. The stage completes when that is done. A member of a group leaves before, as soon as
         * everything that was emitted is committed or its committers have ended, at the latest after {@link ConsumerSettings#stopTimeout()}.
         */
        CompletionStage<Done> shutdown();

        /**
         * Stops, waits for the end of the stream and shuts down, so that everything emitted reaches the end. A member of a group leaves when
         * the stream has ended, whether everything was committed or not.
         *
         * @param streamCompletion completes when the stream does
         * @param executor runs the steps
         * @return what {@code streamCompletion} completes or fails with, after the shutdown in either case
         */
        <T> CompletionStage<T> drainAndShutdown(CompletionStage<T> streamCompletion, Executor executor);

        /** Completes when the source has ended, whatever ended it, and its readers are closed. */
        CompletionStage<Done> isShutdown();

        /**
         * Emits nothing of these partitions until {@link #resume}; the others go on. What has been fetched stays, so that at most two chunks of
         * each are held. The consumer keeps the partitions: pausing is no reason for its group to take them away. A partition that
         * goes to another consumer and comes back is not paused any more.
         *
         * <p>Fails with INVALID_ARGUMENT, nothing having been done, if one of these partitions is not read by this consumer now; with CLOSED if
         * the source has ended; with LIMIT_EXCEEDED while more than a thousand such calls have no answer.
         *
         * @return completes when nothing more is emitted of them; a source that a partition has for itself learns of it soon after
         */
        CompletionStage<Done> pause(Set<TopicPartition> partitions);

        /** Emits what {@link #pause} has held back, without a gap. Fails as that does; of partitions that are not paused it does nothing. */
        CompletionStage<Done> resume(Set<TopicPartition> partitions);

        /** The same as {@link #seek(Map)} for one partition. */
        default CompletionStage<Done> seek(TopicPartition partition, long offset) {
            return seek(Map.of(partition, offset));
        }

        /**
         * Reads these partitions on from there, paused or not; the others go on. What had been fetched is thrown away; what had been emitted is
         * on its way downstream and stays there, ahead of what is emitted from now on.
         *
         * <p><b>Where the group goes on</b> is decided by what it has committed, which a seek does not change, and which never goes back while
         * the group has consumers (to make it go back, stop them and reset its offsets). So:
         * <ul>
         * <li>after a seek forward the records in between are the group's again if the consumer ends, or the partition goes to another, before a
         *     record behind the gap has been committed;
         * <li>after a seek back the records are emitted, and may be committed, a second time: that changes nothing until it passes what had
         *     been committed. Whoever has the partition next begins there, not where this consumer was reading.
         * </ul>
         * A partition is given back when what was emitted before a seek and after it has come to the {@link Committer}.
         *
         * <p>Fails as {@link #pause} does, and with INVALID_ARGUMENT for a negative offset. An offset that is not there fails the stream
         * with OFFSET_OUT_OF_RANGE, as one that a subscription names.
         *
         * @param offsets of the next record to read of each
         */
        CompletionStage<Done> seek(Map<TopicPartition, Long> offsets);

        /** How many records could not be decoded and were passed over so far, see {@link ConsumerSettings#withDecodingDecider}. */
        long undecodableRecords();
    }

    /** A {@link Control} together with the completion of its stream. */
    public static final class DrainingControl<T> implements Control {
        private final Control control;
        private final CompletionStage<T> streamCompletion;

        private DrainingControl(Control control, CompletionStage<T> streamCompletion) {
            this.control = control;
            this.streamCompletion = streamCompletion;
        }

        /** Stops, waits for the end of the stream and shuts down; see {@link Control#drainAndShutdown}. */
        public CompletionStage<T> drainAndShutdown(Executor executor) {
            return control.drainAndShutdown(streamCompletion, executor);
        }

        /** Completes when the stream does. */
        public CompletionStage<T> streamCompletion() {
            return streamCompletion;
        }

        @Override
        public CompletionStage<Done> stop() {
            return control.stop();
        }

        @Override
        public CompletionStage<Done> shutdown() {
            return control.shutdown();
        }

        @Override
        public <S> CompletionStage<S> drainAndShutdown(CompletionStage<S> streamCompletion, Executor executor) {
            return control.drainAndShutdown(streamCompletion, executor);
        }

        @Override
        public CompletionStage<Done> isShutdown() {
            return control.isShutdown();
        }

        @Override
        public CompletionStage<Done> pause(Set<TopicPartition> partitions) {
            return control.pause(partitions);
        }

        @Override
        public CompletionStage<Done> resume(Set<TopicPartition> partitions) {
            return control.resume(partitions);
        }

        @Override
        public CompletionStage<Done> seek(Map<TopicPartition, Long> offsets) {
            return control.seek(offsets);
        }

        @Override
        public long undecodableRecords() {
            return control.undecodableRecords();
        }
    }

    /** For use in {@code toMat}: {@code .toMat(sink, Consumer::createDrainingControl)}. */
    public static <T> DrainingControl<T> createDrainingControl(Control control, CompletionStage<T> streamCompletion) {
        return new DrainingControl<>(control, streamCompletion);
    }

    /** For use in {@code mapMaterializedValue}. */
    public static <T> DrainingControl<T> createDrainingControl(Pair<Control, CompletionStage<T>> pair) {
        return new DrainingControl<>(pair.first(), pair.second());
    }

    /** A control that controls nothing, for a field that has to hold one before there is a stream: every stage it returns has failed. */
    public static Control createNoopControl() {
        return new NoopControl();
    }

    private static final class NoopControl implements Control {
        @Override
        public CompletionStage<Done> stop() {
            return notAssigned();
        }

        @Override
        public CompletionStage<Done> shutdown() {
            return notAssigned();
        }

        @Override
        public <T> CompletionStage<T> drainAndShutdown(CompletionStage<T> streamCompletion, Executor executor) {
            return notAssigned();
        }

        @Override
        public CompletionStage<Done> isShutdown() {
            return notAssigned();
        }

        @Override
        public CompletionStage<Done> pause(Set<TopicPartition> partitions) {
            return notAssigned();
        }

        @Override
        public CompletionStage<Done> resume(Set<TopicPartition> partitions) {
            return notAssigned();
        }

        @Override
        public CompletionStage<Done> seek(Map<TopicPartition, Long> offsets) {
            return notAssigned();
        }

        @Override
        public long undecodableRecords() {
            return 0;
        }

        private static <T> CompletionStage<T> notAssigned() {
            return CompletableFuture.failedStage(new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "This control belongs to no stream yet: use the one that the running stream materialized."));
        }
    }
}
