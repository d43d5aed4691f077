package io.tailrace.cluster.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/** What the JDK's stages lack: going on after a failure by its code, and handing one to Pekko as it is. */
final class Stages {
    private Stages() {}

    static boolean is(@Nullable Throwable failure, ErrorCode code) {
        return failure != null && Failures.cause(failure) instanceof TailraceException known && known.code() == code;
    }

    /** The stage of that step; a step that throws is a stage that failed. */
    static <T> CompletionStage<T> stage(Supplier<? extends CompletionStage<T>> step) {
        try {
            return step.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** As {@code thenCompose}, for failures of that code: another way to the value. */
    static <T> CompletionStage<T> recover(
            CompletionStage<T> stage, ErrorCode code, Supplier<? extends CompletionStage<T>> otherwise) {
        return stage.<CompletionStage<T>>handle((value, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedStage(value);
                    }
                    return is(failure, code) ? otherwise.get() : CompletableFuture.failedStage(Failures.cause(failure));
                })
                .thenCompose(Function.identity());
    }

    /** For Pekko, which wants to see the failure itself. */
    static <T> Future<T> asScala(CompletionStage<T> stage) {
        CompletableFuture<T> bare = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                bare.complete(value);
            } else {
                bare.completeExceptionally(Failures.cause(failure));
            }
        });
        return FutureConverters.asScala(bare);
    }
}
