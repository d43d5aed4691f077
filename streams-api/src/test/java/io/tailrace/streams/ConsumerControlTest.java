package io.tailrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.engine.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumerControlTest extends StreamsTestKit {
    private static final Subscription SUBSCRIPTION = Subscriptions.assignment(new TopicPartition("t", 0));
    private static final Executor EXECUTOR = ForkJoinPool.commonPool();

    @BeforeEach
    void fill() {
        tailrace.withTopic("t", 1);
        produce(producer(), ProducerTest.numbered("t", 100));
    }

    private FakePartition partition() {
        return tailrace.partition("t", 0);
    }

    private Pair<Consumer.Control, CompletionStage<Done>> running() {
        AtomicInteger seen = new AtomicInteger();
        var running = Consumer.plainSource(consumer(), SUBSCRIPTION)
                .wireTap(record -> seen.incrementAndGet())
                .toMat(Sink.ignore(), Keep.both())
                .run(tailrace.system());
        eventually().until(() -> seen.get() == 100);
        return running;
    }

    @Test
    void stopCompletesTheStreamAndKeepsTheReadersUntilShutdown() {
        var running = running();
        await(running.first().stop());
        await(running.second());
        assertThat(running.first().isShutdown().toCompletableFuture()).isNotDone();
        assertThat(partition().openReaders()).isOne();
        await(running.first().shutdown());
        await(running.first().isShutdown());
        assertThat(partition().openReaders()).isZero();
    }

    @Test
    void aStoppedStreamThatNobodyShutsDownEndsByItself() {
        var running = Consumer.plainSource(consumer().withStopTimeout(Duration.ofMillis(20)), SUBSCRIPTION)
                .toMat(Sink.ignore(), Keep.both())
                .run(tailrace.system());
        running.first().stop();
        await(running.first().isShutdown());
    }

    @Test
    void shutdownCompletesTheStreamAndClosesTheReaders() {
        var running = running();
        await(running.first().shutdown());
        await(running.second());
        assertThat(partition().openReaders()).isZero();
        await(running.first().stop());
        await(running.first().shutdown());
    }

    @Test
    void aFailedStreamIsShutDown() {
        partition().moveStart(100);
        var running = Consumer.plainSource(
                        consumer(), Subscriptions.assignmentWithOffset(new TopicPartition("t", 0), 3))
                .toMat(Sink.ignore(), Keep.both())
                .run(tailrace.system());
        failsWith(ErrorCode.OFFSET_OUT_OF_RANGE, running.second());
        await(running.first().isShutdown());
        await(running.first().shutdown());
    }

    @Test
    void drainingLetsWhatWasEmittedReachTheEnd() {
        List<Long> done = new CopyOnWriteArrayList<>();
        CompletableFuture<Done> gate = new CompletableFuture<>();
        AtomicInteger begun = new AtomicInteger();
        Consumer.DrainingControl<Done> control = Consumer.plainSource(consumer(), SUBSCRIPTION)
                .mapAsync(4, record -> {
                    begun.incrementAndGet();
                    return gate.thenApply(open -> record.offset());
                })
                .toMat(Sink.foreach(done::add), Consumer::createDrainingControl)
                .run(tailrace.system());
        eventually().until(() -> begun.get() == 4);
        CompletionStage<Done> drained = control.drainAndShutdown(EXECUTOR);
        assertThat(drained.toCompletableFuture()).isNotDone();
        gate.complete(Done.getInstance());
        await(drained);
        await(control.isShutdown());
        assertThat(done).hasSize(begun.get()).startsWith(0L, 1L, 2L, 3L);
        await(control.streamCompletion());
    }

    @Test
    void drainingPassesTheStreamsFailureOnAndShutsDownAllTheSame() {
        IllegalStateException failure = new IllegalStateException("downstream");
        Consumer.DrainingControl<Done> control = Consumer.plainSource(consumer(), SUBSCRIPTION)
                .mapMaterializedValue(c -> c)
                .map(record -> {
                    if (record.offset() == 50) {
                        throw failure;
                    }
                    return record;
                })
                .toMat(Sink.ignore(), Keep.both())
                .mapMaterializedValue(Consumer::createDrainingControl)
                .run(tailrace.system());
        assertThat(failureOf(control.streamCompletion())).isSameAs(failure);
        assertThat(failureOf(control.drainAndShutdown(EXECUTOR))).isSameAs(failure);
        await(control.isShutdown());
    }

    @Test
    void theNoopControlFailsEveryWish() {
        Consumer.Control noop = Consumer.createNoopControl();
        failsWith(ErrorCode.INVALID_ARGUMENT, noop.stop());
        failsWith(ErrorCode.INVALID_ARGUMENT, noop.shutdown());
        failsWith(ErrorCode.INVALID_ARGUMENT, noop.isShutdown());
        failsWith(
                ErrorCode.INVALID_ARGUMENT,
                noop.drainAndShutdown(CompletableFuture.completedStage(Done.getInstance()), EXECUTOR));
    }
}
