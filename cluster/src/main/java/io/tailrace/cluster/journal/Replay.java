package io.tailrace.cluster.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the events of one persistence id on, in their order, for one recovery. An event that is missing is an error, but for
 * those deleted before anybody asked: a recovery from the very beginning takes what is left, one that goes on from a
 * snapshot needs every event after it.
 */
final class Replay {
    private final EventReader reader;
    private final String persistenceId;
    private final long from;
    private final long to;
    private final Consumer<JournalRecord.Event> consumer;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long left;
    private long lastSeen;

    /**
     * From one sequence number to another.
     *
     * @param to of which is known that it was given
     * @param max events
     */
    Replay(
            String persistenceId,
            JournalPartition.View view,
            long from,
            long to,
            long max,
            Consumer<JournalRecord.Event> consumer) {
        this.reader = new EventReader(persistenceId, view);
        this.persistenceId = persistenceId;
        this.from = Math.max(1, from);
        this.to = to;
        this.left = max;
        this.consumer = consumer;
    }

    CompletionStage<Void> run() {
        if (from > to || left <= 0) {
            return CompletableFuture.completedStage(null);
        }
        reader.seek(from).whenComplete((found, failure) -> {
            if (failure == null) {
                step();
            } else {
                fail(failure);
            }
        });
        return done;
    }

    private void step() {
        if (reader.isAtEnd()) {
            ended();
        } else {
            reader.next().whenComplete(this::read);
        }
    }

    private void read(List<EventReader.Stored> events, @Nullable Throwable failure) {
        if (failure != null) {
            fail(failure);
            return;
        }
        try {
            for (EventReader.Stored stored : events) {
                if (stored.event().sequenceNr() >= from && !take(stored.event())) {
                    done.complete(null);
                    return;
                }
            }
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        step();
    }

    /** Whether more are wanted. */
    private boolean take(JournalRecord.Event event) {
        if (lastSeen == 0 && from > 1 && event.previous() >= from) {
            throw deleted(event.previous());
        }
        lastSeen = event.sequenceNr();
        if (event.sequenceNr() > to) {
            return false;
        }
        consumer.accept(event);
        left--;
        return left > 0 && event.sequenceNr() < to;
    }

    private void ended() {
        if (from > 1) {
            fail(deleted(to));
        } else if (lastSeen > 0 || reader.range().startOffset() == 0) {
            fail(new TailraceException(
                    ErrorCode.CORRUPT_LOG,
                    "The events of " + persistenceId + " end at " + lastSeen + ", but " + to + " was acknowledged."));
        } else {
            done.complete(null);
        }
    }

    private TailraceException deleted(long last) {
        return new TailraceException(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                "The events " + from + " to " + last + " of " + persistenceId
                        + " are deleted, and the snapshot that recovery begins with does not have them: begin with a newer one.");
    }

    private void fail(Throwable failure) {
        done.completeExceptionally(Failures.cause(failure));
    }
}
