package io.tailrace.cluster.node;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the parts of a {@link LastingNode} need of it: the node as it is at the moment. */
interface Lives {
    /** {@code null} while the node joins its cluster again. */
    @Nullable
    Life present();

    /** Whether the node was closed, or has ended for good. */
    boolean over();

    /**
     * Asks the present node.
     *
     * @param ifAbsent what it is called while there is none
     * @param ifLost what it is called if the answer is lost
     */
    default <T> CompletionStage<T> ask(
            ErrorCode ifAbsent, ErrorCode ifLost, Function<Tailrace, CompletionStage<T>> question) {
        Life life = present();
        return life == null ? CompletableFuture.failedStage(absent(ifAbsent)) : life.ask(ifLost, question);
    }

    /** Why nobody can be asked. */
    default TailraceException absent(ErrorCode ifAbsent) {
        return over()
                ? new TailraceException(ErrorCode.CLOSED, "The node has been closed: start it again.")
                : Life.lost(ifAbsent);
    }
}
