package io.tailrace.cluster.placement;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.HighWatermark;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the replica of this process if there is one that has what is wanted, else one that is near, else the leader's. What somebody
 * acts on, where the log ends, the leader says, having asked a quorum.
 *
 * <p>A replica may fall behind without knowing it. So who waits at the tail of one that does not lead has somebody ask the leader now
 * and then whether there is more; if there is, and it has not come, the leader's replica is read for a while.
 */
final class NearestReader implements PartitionReader {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final long AVOID_NANOS = Duration.ofSeconds(30).toNanos();

    private final PartitionLeader leader;
    private final String self;
    private final Supplier<Optional<ReplicaState>> here;
    private final Function<String, Optional<String>> nearerThan;
    private final Function<String, PartitionReader> open;
    private final Later later;
    private final Object lock = new Object();
    /** Of a replica that need not be the leader's: the own one, or a near one. */
    private final Slot near = new Slot();

    private final Slot distant = new Slot();
    private long avoidNearUntil;
    private boolean avoiding;
    private boolean closed;

    /** Runs something later, once. */
    interface Later {
        void after(Duration delay, Runnable what);
    }

    /** A reader that is kept from one fetch to the next. */
    private static final class Slot {
        private String node = "";
        private @Nullable PartitionReader reader;
    }

    /**
     * A reader of one partition.
     *
     * @param self this node's id
     * @param here the replica of this process, if it has one that is open
     * @param nearerThan a node with a replica that is to be read rather than that of the leader, given the leader's
     * @param open opens a reader of the replica on that node, this one or another
     */
    NearestReader(
            PartitionLeader leader,
            String self,
            Supplier<Optional<ReplicaState>> here,
            Function<String, Optional<String>> nearerThan,
            Function<String, PartitionReader> open,
            Later later) {
        this.leader = leader;
        this.self = self;
        this.here = here;
        this.nearerThan = nearerThan;
        this.open = open;
        this.later = later;
    }

    @Override
    public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
        ReplicaState replica = here.get().orElse(null);
        if (replica == null) {
            return isAvoided() ? fetchAtLeader(offset, maxBytes) : fetchElsewhere(offset, maxBytes);
        }
        if (replica.leads()) {
            return fetchHere(offset, maxBytes, replica);
        }
        long known = replica.highWatermark();
        if (known == HighWatermark.UNKNOWN || offset > known || isAvoided()) {
            return fetchAtLeader(offset, maxBytes);
        }
        return watched(fetchHere(offset, maxBytes, replica), offset, maxBytes, near);
    }

    /** What only seems not to be there is there at the leader. */
    private CompletionStage<Fetched> fetchHere(long offset, int maxBytes, ReplicaState replica) {
        CompletionStage<Fetched> fetched = reader(near, self).fetch(offset, maxBytes);
        return replica.soleVoter()
                ? fetched
                : recovering(fetched, failure -> isOnlyThere(failure, offset) ? fetchAtLeader(offset, maxBytes) : null);
    }

    private CompletionStage<Fetched> fetchElsewhere(long offset, int maxBytes) {
        return leader.node().thenCompose(leads -> nearerThan
                .apply(leads)
                .map(node -> fetchNear(node, offset, maxBytes))
                .orElseGet(() -> fetchAtLeader(offset, maxBytes)));
    }

    private CompletionStage<Fetched> fetchNear(String node, long offset, int maxBytes) {
        CompletionStage<Fetched> fetched = recovering(reader(near, node).fetch(offset, maxBytes), failure -> {
            if (!isOnlyThere(failure, offset)) {
                return null;
            }
            if (!isBeyondTheEnd(failure, offset)) {
                avoidNear();
            }
            return fetchAtLeader(offset, maxBytes);
        });
        return watched(fetched, offset, maxBytes, near);
    }

    /** Whether another replica may have what that one cannot give. */
    private static boolean isOnlyThere(TailraceException failure, long offset) {
        return switch (failure.code()) {
            case PARTITION_UNAVAILABLE, CORRUPT_LOG, IO_FAILED -> true;
            default -> isBeyondTheEnd(failure, offset);
        };
    }

    private static boolean isBeyondTheEnd(TailraceException failure, long offset) {
        return failure instanceof OffsetOutOfRangeException range && offset > range.endOffset();
    }

    private CompletionStage<Fetched> fetchAtLeader(long offset, int maxBytes) {
        return atLeader(
                (node, reader) -> {
                    CompletionStage<Fetched> fetched = confirmed(reader.fetch(offset, maxBytes), offset, node);
                    return node.equals(self) ? fetched : watched(fetched, offset, maxBytes, distant);
                },
                true);
    }

    /** Who leads may be another by now, or nobody any more: asked again once, before somebody else has to try again. */
    private <T> CompletionStage<T> atLeader(
            BiFunction<String, PartitionReader, CompletionStage<T>> question, boolean again) {
        return leader.node().thenCompose(node -> {
            PartitionReader reader = reader(node.equals(self) ? near : distant, node);
            return recovering(question.apply(node, reader), failure -> {
                if (failure.code() != ErrorCode.PARTITION_UNAVAILABLE) {
                    return null;
                }
                leader.forgetAt(node);
                return again ? atLeader(question, false) : null;
            });
        });
    }

    /** Who has been succeeded, and does not know it, must not send a reader away. */
    private CompletionStage<Fetched> confirmed(CompletionStage<Fetched> fetched, long offset, String node) {
        return recovering(
                fetched,
                failure -> isBeyondTheEnd(failure, offset)
                        ? leader.offsets()
                                .thenCompose(range -> CompletableFuture.failedStage(
                                        offset <= range.endOffset() ? notYet(node, offset) : failure))
                        : null);
    }

    private static TailraceException notYet(String node, long offset) {
        return new TailraceException(
                ErrorCode.PARTITION_UNAVAILABLE,
                "The replica on node " + node + " has not heard of offset " + offset + " yet: ask again.");
    }

    /** With another outcome where that has one to give for the failure, else as it was. */
    private static <T> CompletionStage<T> recovering(
            CompletionStage<T> outcome, Function<TailraceException, @Nullable CompletionStage<T>> instead) {
        return outcome.handle((value, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedStage(value);
                    }
                    TailraceException named = Failures.named(failure);
                    CompletionStage<T> other = instead.apply(named);
                    return other == null ? CompletableFuture.<T>failedStage(named) : other;
                })
                .thenCompose(stage -> stage);
    }

    // --- waiting at the tail ---------------------------------------------------------------------------------

    /** Completes as the fetch does; but if the leader has more, and it does not come, as a fetch from the leader. */
    private CompletionStage<Fetched> watched(CompletionStage<Fetched> fetched, long offset, int maxBytes, Slot from) {
        CompletableFuture<Fetched> result = new CompletableFuture<>();
        AtomicBoolean over = new AtomicBoolean();
        fetched.whenComplete((value, failure) -> {
            if (over.compareAndSet(false, true)) {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(Failures.cause(failure));
                }
            }
        });
        if (!over.get()) {
            look(new Wait(offset, maxBytes, from, over, result));
        }
        return result;
    }

    private record Wait(long offset, int maxBytes, Slot from, AtomicBoolean over, CompletableFuture<Fetched> result) {}

    private void look(Wait wait) {
        later.after(LOOK_EVERY, () -> {
            if (!wait.over.get() && !isClosed()) {
                leader.offsets().whenComplete((range, failure) -> {
                    if (failure == null && range.endOffset() > wait.offset) {
                        // What is under way to here has a moment to come.
                        later.after(Duration.ofSeconds(1), () -> giveUp(wait));
                    } else {
                        look(wait);
                    }
                });
            }
        });
    }

    private void giveUp(Wait wait) {
        if (!wait.over.compareAndSet(false, true)) {
            return;
        }
        abandon(wait.from);
        if (wait.from == near) {
            fetchAtLeader(wait.offset, wait.maxBytes).whenComplete((value, failure) -> {
                if (failure == null) {
                    wait.result.complete(value);
                } else {
                    wait.result.completeExceptionally(Failures.cause(failure));
                }
            });
        } else {
            wait.result.completeExceptionally(new TailraceException(
                    ErrorCode.PARTITION_UNAVAILABLE, "The replica that was read has fallen behind: ask again."));
        }
    }

    /** Ends what is parked there. */
    private void abandon(Slot slot) {
        PartitionReader old;
        synchronized (lock) {
            old = slot.reader;
            slot.reader = null;
            if (slot == near) {
                avoidNear();
            } else {
                leader.forgetAt(slot.node);
            }
        }
        if (old != null) {
            old.close();
        }
    }

    private void avoidNear() {
        synchronized (lock) {
            avoiding = true;
            avoidNearUntil = System.nanoTime() + AVOID_NANOS;
        }
    }

    private boolean isAvoided() {
        synchronized (lock) {
            avoiding = avoiding && System.nanoTime() - avoidNearUntil < 0;
            return avoiding;
        }
    }

    // --- the readers -----------------------------------------------------------------------------------------

    private PartitionReader reader(Slot slot, String node) {
        PartitionReader old = null;
        PartitionReader reader;
        synchronized (lock) {
            reader = slot.reader;
            if (reader == null || !slot.node.equals(node)) {
                old = reader;
                reader = open.apply(node);
                if (closed) {
                    reader.close();
                }
                slot.reader = reader;
                slot.node = node;
            }
        }
        if (old != null) {
            old.close();
        }
        return reader;
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    @Override
    public CompletionStage<OffsetRange> offsets() {
        ReplicaState replica = here.get().orElse(null);
        // Who is the only voter need ask nobody.
        return replica != null && replica.soleVoter() && replica.leads()
                ? reader(near, self).offsets()
                : leader.offsets();
    }

    @Override
    public CompletionStage<OptionalLong> offsetForTime(long timestampMillis) {
        return atLeader((node, reader) -> reader.offsetForTime(timestampMillis), true);
    }

    @Override
    public void close() {
        PartitionReader first;
        PartitionReader second;
        synchronized (lock) {
            closed = true;
            first = near.reader;
            second = distant.reader;
        }
        if (first != null) {
            first.close();
        }
        if (second != null) {
            second.close();
        }
    }
}
