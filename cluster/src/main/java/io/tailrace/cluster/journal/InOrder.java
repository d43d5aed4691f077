package io.tailrace.cluster.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** One step at a time, in the order in which they were asked for, whether the step before succeeded or not. */
final class InOrder {
    private CompletionStage<?> last = CompletableFuture.completedStage(null);

    synchronized <T> CompletionStage<T> run(Supplier<CompletionStage<T>> step) {
        CompletionStage<T> next = last.handle((value, failure) -> true).thenCompose(before -> Stages.stage(step));
        last = next;
        return next;
    }
}
