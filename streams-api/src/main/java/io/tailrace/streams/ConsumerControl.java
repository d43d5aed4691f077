package io.tailrace.streams;

import io.tailrace.engine.error.Failures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.stage.AsyncCallback;

/** The control of a running consumer: says to its stage what to do and hears from it what is done. */
final class ConsumerControl implements Consumer.Control {
    /** What the stage is told. */
    enum Wish {
        /** Emit no more; stay until told otherwise. */
        STOP,
        /** Emit no more, and end when what was emitted is dealt with. */
        SHUTDOWN,
        /** The stream is through: nothing more is going to be dealt with. */
        END
    }

    private final AsyncCallback<Wish> stage;
    private final CompletableFuture<Done> stopped = new CompletableFuture<>();
    private final CompletableFuture<Done> ended = new CompletableFuture<>();

    ConsumerControl(AsyncCallback<Wish> stage) {
        this.stage = stage;
    }

    void stopped() {
        stopped.complete(Done.getInstance());
    }

    void ended() {
        stopped();
        ended.complete(Done.getInstance());
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
