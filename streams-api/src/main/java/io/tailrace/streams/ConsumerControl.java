package io.tailrace.streams;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.Consumer.Control;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.stage.AsyncCallback;

/** The control of a running consumer: says to its stage what to do and hears from it what is done. */
final class ConsumerControl implements Control {
    /** What the stage is told. */
    enum Wish {
        /** Emit no more; stay until told otherwise. */
        STOP,
        /** Emit no more, and end when what was emitted is dealt with. */
        SHUTDOWN,
        /** The stream is through: nothing more is going to be dealt with. */
        END
    }

    /**
     * What is to be done with some partitions.
     *
     * @param answer hears what came of it
     */
    record Steering(
            Collection<TopicPartition> partitions,
            BiConsumer<Assignment, TopicPartition> action,
            CompletableFuture<Done> answer) {}

    private static final int MAX_UNANSWERED = 1024;

    private final AsyncCallback<Wish> stage;
    private final Consumer<Steering> steer;
    /** Those that have no answer yet. */
    private final Map<Long, CompletableFuture<Done>> unanswered = new ConcurrentHashMap<>();

    private final AtomicLong wishes = new AtomicLong();

    private final LongAdder undecodable = new LongAdder();
    private final CompletableFuture<Done> stopped = new CompletableFuture<>();
    private final CompletableFuture<Done> ended = new CompletableFuture<>();

    /** Of that stage; {@code steer} may be called on any thread, and answers unless the stage is over. */
    ConsumerControl(AsyncCallback<Wish> stage, Consumer<Steering> steer) {
        this.stage = stage;
        this.steer = steer;
    }

    static TailraceException isOver() {
        return new TailraceException(ErrorCode.CLOSED, "The consumer emits no more: start another one.");
    }

    @Override
    public CompletionStage<Done> pause(Set<TopicPartition> partitions) {
        return steer(Set.copyOf(partitions), (assignment, partition) -> assignment.pause(partition, true));
    }

    @Override
    public CompletionStage<Done> resume(Set<TopicPartition> partitions) {
        return steer(Set.copyOf(partitions), (assignment, partition) -> assignment.pause(partition, false));
    }

    @Override
    public CompletionStage<Done> seek(Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, Long> copy = Map.copyOf(offsets);
        for (Map.Entry<TopicPartition, Long> each : copy.entrySet()) {
            if (each.getValue() < 0) {
                return CompletableFuture.failedStage(new TailraceException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Offsets are numbered from 0: " + each.getKey() + " has no " + each.getValue() + "."));
            }
        }
        return steer(copy.keySet(), (assignment, partition) -> assignment.seek(partition, get(copy, partition)));
    }

    private static long get(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return Objects.requireNonNull(offsets.get(partition));
    }

    private CompletionStage<Done> steer(
            Collection<TopicPartition> partitions, BiConsumer<Assignment, TopicPartition> action) {
        if (unanswered.size() >= MAX_UNANSWERED) {
            return CompletableFuture.failedStage(new TailraceException(
                    ErrorCode.LIMIT_EXCEEDED,
                    MAX_UNANSWERED + " wishes to this consumer have no answer yet: wait for some of them."));
        }
        long number = wishes.getAndIncrement();
        CompletableFuture<Done> answer = new CompletableFuture<>();
        unanswered.put(number, answer);
        CompletionStage<Done> answered = answer.whenComplete((done, failure) -> unanswered.remove(number));
        steer.accept(new Steering(partitions, action, answer));
        if (ended.isDone()) {
            answer.completeExceptionally(isOver());
        }
        return answered;
    }

    /** One more record was passed over. */
    void passedOver() {
        undecodable.increment();
    }

    @Override
    public long undecodableRecords() {
        return undecodable.sum();
    }

    void stopped() {
        stopped.complete(Done.getInstance());
    }

    void ended() {
        stopped();
        ended.complete(Done.getInstance());
        List.copyOf(unanswered.values()).forEach(answer -> answer.completeExceptionally(isOver()));
    }

    @Override
    public CompletionStage<Done> stop() {
        stage.invoke(Wish.STOP);
        return stopped.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Done> shutdown() {
        return tell(Wish.SHUTDOWN);
    }

    private CompletionStage<Done> tell(Wish wish) {
        stage.invoke(wish);
        return ended.minimalCompletionStage();
    }

    @Override
    public <T> CompletionStage<T> drainAndShutdown(CompletionStage<T> streamCompletion, Executor executor) {
        return stop().thenComposeAsync(done -> streamCompletion, executor)
                .handleAsync((value, failure) -> tell(Wish.END).thenCompose(done -> outcome(value, failure)), executor)
                .thenCompose(Function.identity());
    }

    private static <T> CompletionStage<T> outcome(T value, Throwable failure) {
        if (failure == null) {
            return CompletableFuture.completedStage(value);
        }
        return CompletableFuture.failedStage(Failures.cause(failure));
    }

    @Override
    public CompletionStage<Done> isShutdown() {
        return ended.minimalCompletionStage();
    }
}
