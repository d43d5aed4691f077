package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;

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
 * SERIALIZATION_FAILED if a deserializer throws; the message names partition and offset. An unavailable partition is asked again
 * after a pause. Slow is not dead: a consumer may take as long as it likes over a record.
 */
public final class Consumer {
    private Consumer() {}

    /**
     * The records of the partitions that the subscription names. Where to begin after a restart is for the application to store: the
     * offset to store is that of the last record done, plus one.
     */
    public static <K, V> Source<ConsumerRecord<K, V>, Control> plainSource(
            ConsumerSettings<K, V> settings, Subscription subscription) {
        return Source.fromGraph(new ConsumerStage<>(settings, subscription));
    }

    /** Stops the stream from outside. Every method may be called from any thread, and more than once. */
    public interface Control {
        /**
         * Emits no more and completes the source, so that what is downstream can finish. The source's readers stay open until
         * {@link #shutdown}, at most for {@link ConsumerSettings#stopTimeout()}. The stage completes when that is done.
         */
        CompletionStage<Done> stop();

        /** Completes the source and closes its readers. The stage completes when that is done. */
        CompletionStage<Done> shutdown();

        /**
         * Stops, waits for the end of the stream and shuts down, so that everything emitted reaches the end.
         *
         * @param streamCompletion completes when the stream does
         * @param executor runs the steps
         * @return what {@code streamCompletion} completes or fails with, after the shutdown in either case
         */
        <T> CompletionStage<T> drainAndShutdown(CompletionStage<T> streamCompletion, Executor executor);

        /** Completes when the source has ended, whatever ended it, and its readers are closed. */
        CompletionStage<Done> isShutdown();
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

        private static <T> CompletionStage<T> notAssigned() {
            return CompletableFuture.failedStage(new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "This control belongs to no stream yet: use the one that the running stream materialized."));
        }
    }
}
