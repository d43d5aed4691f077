package io.tailrace.streams;

import io.tailrace.cluster.group.GroupMembership.Commit;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * A commit on its way. It is sent again after a pause while nobody answers for the group, until the membership ends; a refusal that
 * concerns some of its partitions splits it, so that the others are known to be committed.
 */
final class PendingCommit {
    private final GroupSession session;
    private final List<EmittedOffset> offsets;
    private final CompletableFuture<Done> answer;
    private @Nullable RetryBackoff backoff;

    PendingCommit(GroupSession session, List<EmittedOffset> offsets, CompletableFuture<Done> answer) {
        this.session = session;
        this.offsets = offsets;
        this.answer = answer;
    }

    /** Whatever a later commit has covered while this one was not answered needs none: the membership may be over by now. */
    void send() {
        List<EmittedOffset> sent = new ArrayList<>(offsets.size());
        List<Commit> commits = new ArrayList<>(offsets.size());
        for (EmittedOffset offset : offsets) {
            if (!offset.owned().term().isLost() && !offset.owned().isCommitted(offset.position())) {
                sent.add(offset);
                commits.add(offset.owned().term().commit(offset));
            }
        }
        if (sent.isEmpty()) {
            answer.complete(Done.getInstance());
            return;
        }
        CompletionStage<Done> outcome;
        try {
            outcome = session.membership().commit(commits);
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
            return;
        }
        outcome.whenComplete((done, failure) -> answered(sent, failure));
    }

    private void answered(List<EmittedOffset> sent, @Nullable Throwable failure) {
        if (failure == null) {
            sent.forEach(offset -> offset.owned().committed(offset.position()));
            answer.complete(Done.getInstance());
            return;
        }
        Throwable cause = Failures.cause(failure);
        if (!(cause instanceof TailraceException error)) {
            answer.completeExceptionally(cause);
        } else if (error.code() == ErrorCode.STALE_COMMIT) {
            refused(sent);
        } else if (error.code().retriable()) {
            later();
        } else {
            answer.completeExceptionally(error);
        }
    }

    private void refused(List<EmittedOffset> sent) {
        if (sent.size() == 1) {
            sent.get(0).owned().term().refused();
            answer.complete(Done.getInstance());
            return;
        }
        CompletableFuture<?>[] parts = new CompletableFuture<?>[sent.size()];
        for (int i = 0; i < parts.length; i++) {
            CompletableFuture<Done> part = new CompletableFuture<>();
            new PendingCommit(session, List.of(sent.get(i)), part).send();
            parts[i] = part;
        }
        CompletionStage<Void> all = CompletableFuture.allOf(parts);
        all.whenComplete((done, failure) -> {
            if (failure == null) {
                answer.complete(Done.getInstance());
            } else {
                answer.completeExceptionally(Failures.cause(failure));
            }
        });
    }

    private void later() {
        RetryBackoff pauses = backoff;
        if (pauses == null) {
            pauses = session.newBackoff();
            backoff = pauses;
        }
        CompletableFuture.delayedExecutor(pauses.nextNanos(), TimeUnit.NANOSECONDS)
                .execute(this::send);
    }
}
