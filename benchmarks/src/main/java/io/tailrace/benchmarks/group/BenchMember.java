package io.tailrace.benchmarks.group;

import io.tailrace.cluster.group.Assigned;
import io.tailrace.cluster.group.Assignor;
import io.tailrace.cluster.group.GroupJoin;
import io.tailrace.cluster.group.GroupListener;
import io.tailrace.cluster.group.GroupMembership;
import io.tailrace.cluster.group.Groups;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.pekko.Done;

/** A member without a stream: it commits ever higher offsets of one of its partitions, and gives back at once what it is to. */
final class BenchMember implements GroupListener {
    private final CompletableFuture<GroupMembership> membership = new CompletableFuture<>();
    private final Map<TopicPartitionId, Assigned> has = new ConcurrentHashMap<>();
    private long offset;

    static BenchMember join(Groups groups, String group, String topic) {
        BenchMember member = new BenchMember();
        member.membership.complete(groups.join(
                new GroupJoin(
                        group,
                        "bench",
                        null,
                        new GroupJoin.Names(List.of(topic)),
                        Assignor.UNIFORM,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(45)),
                member));
        return member;
    }

    boolean hasSomething() {
        return !has.isEmpty();
    }

    /** Commits once; with nothing to commit it does so at once. */
    CompletionStage<Done> commit() {
        Assigned now = has.values().stream().findFirst().orElse(null);
        return now == null
                ? CompletableFuture.completedStage(Done.getInstance())
                : membership
                        .join()
                        .commit(List.of(
                                new GroupMembership.Commit(now.partition().id(), now.generation(), ++offset, 0, "")));
    }

    @Override
    public void assigned(List<Assigned> partitions) {
        partitions.forEach(each -> has.put(each.partition(), each));
    }

    @Override
    public void revoke(Set<TopicPartitionId> partitions) {
        Set<PartitionId> back = partitions.stream().map(TopicPartitionId::id).collect(Collectors.toSet());
        has.keySet().removeAll(partitions);
        // Not before join has returned.
        CompletionStage<GroupMembership> joined = membership;
        joined.thenAccept(each -> each.released(back));
    }

    @Override
    public void lost(Set<TopicPartitionId> partitions) {
        has.keySet().removeAll(partitions);
    }

    @Override
    public void ended(TailraceException why) {
        has.clear();
    }
}
