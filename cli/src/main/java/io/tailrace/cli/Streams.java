package io.tailrace.cli;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Several streams that run side by side. */
final class Streams {
    private Streams() {}

    /** Waits until all are done. Fails with the first failure, without waiting for those that will never end after it. */
    static void awaitAll(List<? extends CompletionStage<?>> streams) {
        CompletableFuture<Object> firstFailure = new CompletableFuture<>();
        for (CompletionStage<?> stream : streams) {
            stream.whenComplete((ok, failure) -> {
                if (failure != null) {
                    firstFailure.completeExceptionally(failure);
                }
            });
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(
                streams.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new));
        EmbeddedNode.await(CompletableFuture.anyOf(all, firstFailure));
    }
}
