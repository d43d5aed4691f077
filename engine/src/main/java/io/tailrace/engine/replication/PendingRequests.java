package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.quorum.Output;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for what a replica was asked to do, by the token that the question bears. Seen and changed by the driver's one step at a
 * time only; how many there may be is bounded by what the state machine takes.
 */
final class PendingRequests {
    private final Map<Long, CompletableFuture<Void>> changes = new HashMap<>();
    private final Map<Long, CompletableFuture<Long>> reads = new HashMap<>();
    private final ReplicaErrors errors;
    private final Function<ErrorCode, TailraceException> refusal;
    private long lastToken;

    /**
     * Nobody waits yet.
     *
     * @param refusal why an append, or a move of the start, is refused
     */
    PendingRequests(ReplicaErrors errors, Function<ErrorCode, TailraceException> refusal) {
        this.errors = errors;
        this.refusal = refusal;
    }

    /** The token for a question that is answered with done or not. */
    long change(CompletableFuture<Void> done) {
        changes.put(++lastToken, done);
        return lastToken;
    }

    /** The token for a question that is answered with an offset. */
    long read(CompletableFuture<Long> done) {
        reads.put(++lastToken, done);
        return lastToken;
    }

    /** Tells who asked for it; {@code false} if it is no answer to a question. */
    boolean answered(Output.Decision decision) {
        return appendAnswered(decision)
                || startAnswered(decision)
                || votersAnswered(decision)
                || recoveryAnswered(decision)
                || readAnswered(decision);
    }

    private boolean appendAnswered(Output.Decision decision) {
        if (decision instanceof Output.Appended appended) {
            return done(appended.token());
        }
        if (decision instanceof Output.AppendRefused refused) {
            return failed(refused.token(), refusal.apply(refused.code()));
        }
        return decision instanceof Output.AppendUnknown unknown
                && failed(unknown.token(), errors.lost("Its epoch is over; whether this is stored is not known."));
    }

    private boolean startAnswered(Output.Decision decision) {
        if (decision instanceof Output.StartMoved moved) {
            return done(moved.token());
        }
        if (decision instanceof Output.StartRefused refused) {
            return failed(refused.token(), refusal.apply(refused.code()));
        }
        return decision instanceof Output.StartUnknown unknown
                && failed(unknown.token(), errors.lost("Its epoch is over; whether the start moves is not known."));
    }

    private boolean votersAnswered(Output.Decision decision) {
        if (decision instanceof Output.LearnerCaughtUp learner) {
            return done(learner.token());
        }
        if (decision instanceof Output.VotersChanged changed) {
            return done(changed.token());
        }
        if (decision instanceof Output.VotersRefused refused) {
            return failed(refused.token(), errors.votersStay(refused));
        }
        return decision instanceof Output.VotersUnknown unknown && failed(unknown.token(), errors.votersUnknown());
    }

    private boolean recoveryAnswered(Output.Decision decision) {
        if (decision instanceof Output.UncleanlyRecovered recovered) {
            return done(recovered.token());
        }
        return decision instanceof Output.UncleanRecoveryRefused refused
                && failed(refused.token(), errors.recoveryRefused(refused.why()));
    }

    private boolean readAnswered(Output.Decision decision) {
        if (decision instanceof Output.ReadConfirmed confirmed) {
            complete(reads.remove(confirmed.token()), confirmed.highWatermark());
            return true;
        }
        if (decision instanceof Output.ReadRefused refused) {
            fail(reads.remove(refused.token()), errors.lost("Another epoch has begun."));
            return true;
        }
        return false;
    }

    private boolean done(long token) {
        complete(changes.remove(token), null);
        return true;
    }

    private boolean failed(long token, TailraceException why) {
        fail(changes.remove(token), why);
        return true;
    }

    /** Who asked may have been told already that nothing comes any more. */
    private static <T> void complete(@Nullable CompletableFuture<T> waiting, @Nullable T value) {
        if (waiting != null) {
            waiting.complete(value);
        }
    }

    private static void fail(@Nullable CompletableFuture<?> waiting, TailraceException why) {
        if (waiting != null) {
            waiting.completeExceptionally(why);
        }
    }

    /** Nothing comes any more of what has been asked for. */
    void end(TailraceException why) {
        changes.values().forEach(waiting -> waiting.completeExceptionally(why));
        changes.clear();
        reads.values().forEach(waiting -> waiting.completeExceptionally(why));
        reads.clear();
    }
}
