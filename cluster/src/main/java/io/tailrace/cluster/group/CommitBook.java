package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * A member's commits: one request is under way at a time, and what is wanted meanwhile goes into the next, of each partition the highest
 * offset. Belongs to one thread.
 */
final class CommitBook {
    /** What one request may take, of partitions and of metadata's characters. */
    static final int MAX_REQUEST_WEIGHT = 64 << 10;

    private static final int WEIGHT = 16;
    private static final int NAMED = 10;

    /** The generation in which a partition is the member's, {@code null} if it is not. */
    private final Function<PartitionId, @Nullable Integer> generations;

    private final Queue<Wish> waiting = new ArrayDeque<>();
    private List<Wish> underWay = List.of();
    private List<GroupMembership.Commit> request = List.of();
    private long number;

    CommitBook(Function<PartitionId, @Nullable Integer> generations) {
        this.generations = generations;
    }

    /** What one call wants, and who waits for it. */
    private record Wish(
            Collection<GroupMembership.Commit> commits, CompletableFuture<Done> answer, Set<PartitionId> stale) {
        void end() {
            if (stale.isEmpty()) {
                answer.complete(Done.getInstance());
            } else {
                answer.completeExceptionally(staleCommit(stale));
            }
        }
    }

    static TailraceException staleCommit(Set<PartitionId> partitions) {
        Set<String> names = new TreeSet<>();
        partitions.stream().limit(NAMED).map(PartitionId::text).forEach(names::add);
        String more = partitions.size() > NAMED ? " and " + (partitions.size() - NAMED) + " others" : "";
        return new TailraceException(
                ErrorCode.STALE_COMMIT,
                "Not this member's any more: " + String.join(", ", names) + more
                        + ". Somebody else reads on from what was committed before; drop what is left of them.");
    }

    /** How much of a request these take. */
    static int weight(GroupMembership.Commit commit) {
        return WEIGHT + commit.metadata().length();
    }

    /** One more call. */
    void add(Collection<GroupMembership.Commit> commits, CompletableFuture<Done> answer) {
        waiting.add(new Wish(commits, answer, new HashSet<>()));
    }

    /** The request under way, the same or a new one; {@code null} if there is nothing to commit. */
    @Nullable
    List<GroupMembership.Commit> request() {
        while (request.isEmpty() && !waiting.isEmpty()) {
            next();
        }
        return request.isEmpty() ? null : request;
    }

    /** Of the request under way. */
    long number() {
        return number;
    }

    /** Whether a request is under way: the next has to wait. */
    boolean isBusy() {
        return !request.isEmpty();
    }

    private void next() {
        Map<PartitionId, GroupMembership.Commit> merged = new LinkedHashMap<>();
        List<Wish> taken = new ArrayList<>();
        int weight = 0;
        Wish wish = waiting.peek();
        while (wish != null) {
            int more = wish.commits.stream().mapToInt(CommitBook::weight).sum();
            if (!taken.isEmpty() && weight + more > MAX_REQUEST_WEIGHT) {
                break;
            }
            waiting.remove();
            weight += more;
            taken.add(wish);
            merge(wish, merged);
            wish = waiting.peek();
        }
        if (merged.isEmpty()) {
            taken.forEach(Wish::end);
            return;
        }
        number++;
        underWay = taken;
        request = List.copyOf(merged.values());
    }

    private void merge(Wish wish, Map<PartitionId, GroupMembership.Commit> merged) {
        for (GroupMembership.Commit commit : wish.commits) {
            Integer generation = generations.apply(commit.partition());
            if (generation == null || generation != commit.generation()) {
                wish.stale.add(commit.partition());
                continue;
            }
            GroupMembership.Commit sooner = merged.get(commit.partition());
            if (sooner == null || sooner.offset() <= commit.offset()) {
                merged.put(commit.partition(), commit);
            }
        }
    }

    /** The answer to a request; nothing if it is not the one under way. */
    void committed(long answered, List<PartitionId> stale) {
        if (answered != number || request.isEmpty()) {
            return;
        }
        Set<PartitionId> all = new HashSet<>(stale);
        for (Wish wish : take()) {
            wish.commits.stream()
                    .map(GroupMembership.Commit::partition)
                    .filter(all::contains)
                    .forEach(wish.stale::add);
            wish.end();
        }
    }

    /** The request under way was refused for good. */
    void refused(long answered, TailraceException why) {
        if (answered == number) {
            take().forEach(wish -> wish.answer.completeExceptionally(why));
        }
    }

    private List<Wish> take() {
        List<Wish> done = underWay;
        underWay = List.of();
        request = List.of();
        return done;
    }

    /** Nothing is committed any more. */
    void end(TailraceException why) {
        take().forEach(wish -> wish.answer.completeExceptionally(why));
        waiting.forEach(wish -> wish.answer.completeExceptionally(why));
        waiting.clear();
    }
}
