package io.tailrace.cluster.placement;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.OffsetOutOfRangeException;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.HighWatermark;
import io.tailrace.engine.replication.Replica;
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
 * Reads the replica of this process if there is one that has what is wanted, else the leader's. What somebody acts on, where the log
 * ends, the leader says, having asked a quorum.
 *
 * <p>A replica may fall behind without knowing it. So who waits at the tail of one that does not lead has somebody ask the leader now
 * and then whether there is more; if there is, and it has not come, the leader's replica is read for a while.
 */
final class NearestReader implements PartitionReader {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final long AVOID_NANOS = Duration.ofSeconds(30).toNanos();

    private final LeaderLink link;
    private final String self;
    private final Supplier<Optional<Replica>> here;
    private final Supplier<PartitionReader> openHere;
    private final Function<String, PartitionReader> openAt;
    private final Later later;
    private final Object lock = new Object();
    private @Nullable PartitionReader local;
    private @Nullable PartitionReader remote;
    private String remoteNode = "";
    private long avoidHereUntil;
    private boolean avoiding;
    private boolean closed;

    /** Runs something later, once. */
    interface Later {
        void after(Duration delay, Runnable what);
    }

    /**
     * A reader of one partition.
     *
     * @param self this node's id
     * @param here the replica of this process, if it has one that is open
     * @param openHere opens a reader of that
     * @param openAt opens a reader of the replica on that node
     */
    NearestReader(
            LeaderLink link,
            String self,
            Supplier<Optional<Replica>> here,
            Supplier<PartitionReader> openHere,
            Function<String, PartitionReader> openAt,
            Later later) {
        this.link = link;
        this.self = self;
        this.here = here;
        this.openHere = openHere;
        this.openAt = openAt;
        this.later = later;
    }

    @Override
    public CompletionStage<Fetched> fetch(long offset, int maxBytes) {
        Replica replica = here.get().orElse(null);
        if (replica == null) {
            return fetchAtLeader(offset, maxBytes);
        }
        if (replica.isLeading()) {
            return fetchHere(offset, maxBytes, replica);
        }
        long known = replica.highWatermark().offset();
        if (known == HighWatermark.UNKNOWN || offset > known || isAvoided()) {
            return fetchAtLeader(offset, maxBytes);
        }
        return watched(fetchHere(offset, maxBytes, replica), offset, maxBytes, true);
    }

    /** What only seems not to be there is there at the leader. */
    private CompletionStage<Fetched> fetchHere(long offset, int maxBytes, Replica replica) {
        CompletionStage<Fetched> fetched = local().fetch(offset, maxBytes);
        return replica.isSoleVoter()
                ? fetched
                : recovering(fetched, failure -> isOnlyHere(failure, offset) ? fetchAtLeader(offset, maxBytes) : null);
    }

    private static boolean isOnlyHere(TailraceException failure, long offset) {
        return failure.code() == ErrorCode.PARTITION_UNAVAILABLE || isBeyondTheEnd(failure, offset);
    }

    private static boolean isBeyondTheEnd(TailraceException failure, long offset) {
        return failure instanceof OffsetOutOfRangeException range && offset > range.endOffset();
    }

    private CompletionStage<Fetched> fetchAtLeader(long offset, int maxBytes) {
        return atLeader(
                (node, reader) -> {
                    CompletionStage<Fetched> fetched = confirmed(reader.fetch(offset, maxBytes), offset, node);
                    return node.equals(self) ? fetched : watched(fetched, offset, maxBytes, false);
                },
                true);
    }

    /** Who leads may be another by now, or nobody any more: asked again once, before somebody else has to try again. */
    private <T> CompletionStage<T> atLeader(
            BiFunction<String, PartitionReader, CompletionStage<T>> question, boolean again) {
        return link.leader().thenCompose(leads -> {
            String node = leads.nodeId();
            PartitionReader reader = node.equals(self) ? local() : at(node);
            return recovering(question.apply(node, reader), failure -> {
                if (failure.code() != ErrorCode.PARTITION_UNAVAILABLE) {
                    return null;
                }
                link.forgetAt(node);
                return again ? atLeader(question, false) : null;
            });
        });
    }

    /** Who has been succeeded, and does not know it, must not send a reader away. */
    private CompletionStage<Fetched> confirmed(CompletionStage<Fetched> fetched, long offset, String node) {
        return recovering(
                fetched,
                failure -> isBeyondTheEnd(failure, offset)
                        ? link.offsets()
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
    private CompletionStage<Fetched> watched(
            CompletionStage<Fetched> fetched, long offset, int maxBytes, boolean readHere) {
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
            look(new Wait(offset, maxBytes, readHere, over, result));
        }
        return result;
    }

    private record Wait(
            long offset, int maxBytes, boolean here, AtomicBoolean over, CompletableFuture<Fetched> result) {}

    private void look(Wait wait) {
        later.after(LOOK_EVERY, () -> {
            if (!wait.over.get() && !isClosed()) {
                link.offsets().whenComplete((range, failure) -> {
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
        abandon(wait.here);
        if (wait.here) {
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
    private void abandon(boolean readHere) {
        PartitionReader old;
        synchronized (lock) {
            if (readHere) {
                old = local;
                local = null;
                avoiding = true;
                avoidHereUntil = System.nanoTime() + AVOID_NANOS;
            } else {
                old = remote;
                link.forgetAt(remoteNode);
                remote = null;
            }
        }
        if (old != null) {
            old.close();
        }
    }

    private boolean isAvoided() {
        synchronized (lock) {
            avoiding = avoiding && System.nanoTime() - avoidHereUntil < 0;
            return avoiding;
        }
    }

    // --- the readers -----------------------------------------------------------------------------------------

    private PartitionReader local() {
        synchronized (lock) {
            PartitionReader reader = local;
            if (reader == null) {
                reader = openHere.get();
                if (closed) {
                    reader.close();
                }
                local = reader;
            }
            return reader;
        }
    }

    private PartitionReader at(String node) {
        PartitionReader old = null;
        PartitionReader reader;
        synchronized (lock) {
            reader = remote;
            if (reader == null || !remoteNode.equals(node)) {
                old = reader;
                reader = openAt.apply(node);
                if (closed) {
                    reader.close();
                }
                remote = reader;
                remoteNode = node;
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
        Replica replica = here.get().orElse(null);
        // Who is the only voter need ask nobody.
        return replica != null && replica.isSoleVoter() && replica.isLeading() ? local().offsets() : link.offsets();
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
            first = local;
            second = remote;
        }
        if (first != null) {
            first.close();
        }
        if (second != null) {
            second.close();
        }
    }
}
