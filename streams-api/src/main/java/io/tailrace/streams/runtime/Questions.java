package io.tailrace.streams.runtime;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Asks the node what a task wants to know, and asks again, after pauses that double, for as long as the answer is "later". */
final class Questions {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final TaskLoop loop;

    Questions(TaskLoop loop) {
        this.loop = loop;
    }

    /** Does it after a short pause. */
    void later(Runnable step) {
        loop.later(SHORTEST_PAUSE, step);
    }

    /** A refusal that is final ends the task's life. */
    <T> void ask(Supplier<CompletionStage<T>> question, Consumer<T> answered) {
        ask(question, answered, error -> {
            throw error;
        });
    }

    /** A refusal that is final is told. */
    <T> void ask(Supplier<CompletionStage<T>> question, Consumer<T> answered, Consumer<TailraceException> refused) {
        attempt(question, answered, refused, SHORTEST_PAUSE);
    }

    private <T> void attempt(
            Supplier<CompletionStage<T>> question,
            Consumer<T> answered,
            Consumer<TailraceException> refused,
            Duration pause) {
        question.get()
                .whenComplete((answer, failure) -> loop.execute(() -> {
                    if (failure == null) {
                        answered.accept(answer);
                        return;
                    }
                    TailraceException error = known(failure);
                    if (error.code().retriable()) {
                        loop.later(pause, () -> attempt(question, answered, refused, doubled(pause)));
                    } else {
                        refused.accept(error);
                    }
                }));
    }

    private static Duration doubled(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private static TailraceException known(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        return cause instanceof TailraceException known
                ? known
                : new TailraceException(ErrorCode.INTERNAL_ERROR, "A task was answered with " + cause, cause);
    }
}
