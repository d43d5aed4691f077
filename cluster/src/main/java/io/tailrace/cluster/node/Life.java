package io.tailrace.cluster.node;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A node for as long as its actor system is a member of its cluster. Whoever asks it something hears an answer, at its end at the
 * latest: an actor system that ends takes the answers of its actors along, and the clocks of those that wait for them.
 */
final class Life {
    private final NodeSystem home;
    private final Tailrace node;
    private final Set<Question<?>> unanswered = ConcurrentHashMap.newKeySet();
    private volatile boolean over;
    private volatile boolean closing;

    /** What somebody waits for, and what it is if the answer is lost. */
    private static final class Question<T> {
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final ErrorCode ifLost;

        Question(ErrorCode ifLost) {
            this.ifLost = ifLost;
        }

        void lose() {
            answer.completeExceptionally(lost(ifLost));
        }
    }

    Life(NodeSystem home, Tailrace node) {
        this.home = home;
        this.node = node;
    }

    NodeSystem home() {
        return home;
    }

    Tailrace node() {
        return node;
    }

    /**
     * Asks the node.
     *
     * @param ifLost what it is called if this life ends before the answer; CLOSED, which a node says on its way out, is called so too
     */
    <T> CompletionStage<T> ask(ErrorCode ifLost, Function<Tailrace, CompletionStage<T>> question) {
        Question<T> asked = new Question<>(ifLost);
        unanswered.add(asked);
        CompletionStage<T> answer;
        try {
            answer = question.apply(node);
        } catch (TailraceException e) {
            answer = CompletableFuture.failedStage(e);
        }
        answer.whenComplete((result, failure) -> {
            unanswered.remove(asked);
            if (failure == null) {
                asked.answer.complete(result);
            } else if (!closing
                    && Failures.cause(failure) instanceof TailraceException named
                    && named.code() == ErrorCode.CLOSED) {
                asked.lose();
            } else {
                asked.answer.completeExceptionally(Failures.cause(failure));
            }
        });
        if (over) {
            asked.lose();
            unanswered.remove(asked);
        }
        return asked.answer;
    }

    /** The node is being closed, and says so itself. */
    void closing() {
        closing = true;
    }

    /** Nobody will be answered any more. Idempotent. */
    void end() {
        over = true;
        unanswered.forEach(Question::lose);
        unanswered.clear();
    }

    /** What is said while there is no life, or of what a life took along. */
    static TailraceException lost(ErrorCode code) {
        return new TailraceException(
                code,
                code == ErrorCode.OUTCOME_UNKNOWN
                        ? "The node lost its cluster and joins it again: whether this was done is not known; look, or send it again with the same sequence."
                        : "The node has lost its cluster and joins it again: try again.");
    }
}
